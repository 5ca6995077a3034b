// What a person chooses for a model while the program runs: its engine, and changes of its settings
// that stand above the settings file. A choice takes effect by a refresh and holds until the next
// one, or until the model is removed; where the refresh fails, the choice before holds on.
//
// Thread: any; nothing blocks but save(). Continuations as ModelCache's.
#pragma once

#include "model/cache/model_cache.h"

#include <filesystem>
#include <functional>
#include <string>

namespace warmbench {

class ModelChoices
{
public:
    ModelChoices(ModelSource &source, ModelCache &cache)
        : m_source(source)
        , m_cache(cache)
    {
    }

    // "opencv", "onnxruntime", or "auto" for what settings and options say; loads the network
    // again. Errors as ModelCache::refresh; InvalidArgument: no engine has this name.
    void chooseEngine(const ModelId &id, const std::string &engine, ModelCache::RefreshDone done);

    // Changes of the settings, all of them: an object in the words of the settings file
    // (model/settings_edits.h), empty for none. The network stays in memory unless engine or
    // instances change; a model that is not loaded is described anew and not loaded. Errors as
    // ModelCache::refresh; InvalidArgument: a key or value that no settings file may have.
    void edit(const ModelId &id, const std::string &changes, ModelCache::RefreshDone done);

    // Writes the changes into the settings file that is the model's own, which is made where there
    // is none, and takes them back as changes. Returns the file. Blocks on the disk. Errors as
    // saveSettings(); FailedPrecondition: nothing is changed.
    Result<std::filesystem::path> save(const ModelId &id);

    // For a model that goes on under another name, and one that is removed.
    void move(const std::string &name, const std::string &wanted,
              const std::optional<ModelStatus> &before);
    void forget(const std::string &name);

private:
    // What is in memory, or was described last; null before either.
    std::shared_ptr<const ModelStatus::Facts> facts(const ModelId &id) const;
    void refreshChosen(const ModelId &id, const std::string &chosen, ModelCache::RefreshDone done);
    void refreshEdited(const ModelId &id, const std::string &edits, ModelCache::RefreshDone done);
    void describeEdited(const ModelId &id, const std::string &edits, ModelCache::RefreshDone done);
    // Takes back changes that failed, unless there are newer ones.
    void takeBack(const ModelId &id, const std::string &edits);

    ModelSource &m_source;
    ModelCache &m_cache;
};

} // namespace warmbench

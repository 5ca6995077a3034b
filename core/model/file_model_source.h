// Turns a name into a loaded bundle: finds the files in the repository, reads settings, computes
// the digest, loads and warms up in an engine.
// Thread: as ModelSource. One object for the life of the cache.
#pragma once

#include "base/mutex.h"
#include "engine/worker/trial.h"
#include "model/model_source.h"
#include "model/repository.h"

#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace warmbench {

struct LoaderOptions
{
    std::string engine = "auto"; // "auto", "opencv", "onnxruntime"
    // If the model's settings do not say; 0: a small model gets one for each core, others one.
    int instances = 0;
    TrialOptions trial = {};
    bool isolate = false; // if the model's settings do not say: networks run in workers
    std::filesystem::path worker = {}; // as TrialOptions::program; empty: no model can be isolated
};

class FileModelSource final : public ModelSource
{
public:
    FileModelSource(Repository &repository, std::vector<std::shared_ptr<Engine>> engines,
                    LoaderOptions options);

    Result<void> contains(const ModelId &id) const override;
    Result<LoadPlan> probe(const ModelId &id) override;
    Result<LoadPlan> probeAgain(const ModelId &id, const LoadPlan &before) override;
    Result<LoadPlan> probeWith(const ModelId &id, const std::filesystem::path &settings) override;
    Result<Bytes> estimate(LoadPlan &plan) override;
    Result<std::unique_ptr<ModelBundle>> load(const LoadPlan &plan) override;
    std::optional<Result<void>> tried(const LoadPlan &plan) override;
    Result<void> tryOut(const LoadPlan &plan, const std::stop_token &stop) override;
    void stopTrials() override { m_ending.request_stop(); }
    Result<std::unique_ptr<ModelBundle>> adapt(const LoadPlan &plan,
                                               const ModelBundle &loaded) override;
    Result<ModelDescription> describe(const LoadPlan &plan) override;
    std::vector<std::string> enginesFor(const LoadPlan &plan) const override;
    void chooseEngine(const std::string &name, const std::string &engine) override;
    void setEdits(const std::string &name, const std::string &edits) override;
    std::string edits(const std::string &name) const override;
    std::vector<FileStamp> stampsNow(const ModelBundle &model) const override;

private:
    // Empty `settings`: the model's own. `before`: a plan of the same model, or null.
    Result<LoadPlan> planOf(const ModelId &id, const std::filesystem::path &settings,
                            const LoadPlan *before);
    std::string chosenEngine(const std::string &name) const;
    Result<std::shared_ptr<Engine>> engineFor(const LoadPlan &plan) const;
    // The same, in workers where the settings or options say so.
    Result<std::shared_ptr<Engine>> runnerFor(const LoadPlan &plan) const;

    Repository &m_repository; // changed only when it looks on disk for a name
    std::vector<std::shared_ptr<Engine>> m_engines;
    LoaderOptions m_options;
    ModelTrials m_trials;
    std::stop_source m_ending;
    // Held while an engine loads, because OpenCV's importers are not safe in parallel.
    Mutex m_loading; // guards no member: what it keeps apart is within the engines
    mutable Mutex m_choiceMutex;
    // What persons chose, by model.
    std::map<std::string, std::string> m_chosen GUARDED_BY(m_choiceMutex); // engines
    std::map<std::string, std::string> m_edits GUARDED_BY(m_choiceMutex);  // of settings

    // The files as the last plan of a model found them. A change of the settings alone does not
    // read gigabytes of weights again.
    struct Digested
    {
        std::vector<FileStamp> stamps;
        std::string settings; // their text
        std::string edits;
        std::string digest; // without the settings
    };
    // Of the files alone.
    Result<std::string> digestFor(const LoadPlan &plan);
    // What a trial says of these files, which is made now where there was none.
    Result<void> admit(const LoadPlan &plan);
    Mutex m_digestMutex;
    std::map<std::string, Digested> m_digested GUARDED_BY(m_digestMutex);
};

// "sha256:<hex>" over the contents of the files in this order, each preceded by its name and size.
Result<std::string> digestOf(const std::vector<std::filesystem::path> &files);
// Of files with this digest and of a text that counts as well.
std::string digestWith(const std::string &digest, std::string_view text);

} // namespace warmbench

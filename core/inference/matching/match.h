// Finds the preparation that a notebook used: runs a picture through the plausible ones and ranks
// them by how close the network's output comes to the notebook's.
//
// All values of the pixels are combined with all sizes; the best of those are tried with the other
// filters. Preparations that give the same tensor for this picture are run once. Without expected
// numbers, the values are laid side by side on some pictures, and only one thing is judged: one
// that gives the same answer for every picture, where others tell the pictures apart, has a wrong
// range. Thread: a worker of the pool. Cost: at most mostMatchRuns runs of the network.
#pragma once

#include "base/clock.h"
#include "base/memory_budget.h"
#include "inference/matching/closeness.h"
#include "inference/sample_result.h"
#include "model/model_bundle.h"

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace warmbench {

inline constexpr std::size_t mostMatchRuns = 200;
inline constexpr std::size_t mostMatchPictures = 12;
inline constexpr std::size_t leastPicturesToJudge = 3;

// Encoded pictures: one where something is expected, else some of different things.
struct MatchInputs
{
    std::vector<std::string_view> pictures;
    std::optional<std::string_view> expected; // .npy or .npz
    std::shared_ptr<const void> keeper;       // owns what the views show
};

// What a request may use.
struct MatchLimits
{
    SteadyTime deadline = SteadyTime::max();
    std::stop_token cancellation; // the client has gone
    std::stop_token stop;         // ends even a run that is under way
    std::shared_ptr<MemoryBudget> memory;
};

// The best class of a picture, or what was found in it ("2 person, dog", "nothing").
struct MatchAnswer
{
    std::string label;
    std::optional<float> score; // of a class
    bool operator==(const MatchAnswer &) const = default;
};

struct MatchCandidate
{
    Preprocessing how;
    bool present = false;                 // it is what the model has now
    std::optional<Closeness> closeness{}; // where something was expected
    std::vector<MatchAnswer> answers{};   // one a picture; none where the task has no labels
    bool tellsNothingApart = false;       // its range is wrong
    std::vector<Preprocessing> same{};    // others that give the same tensor for this picture
};

struct MatchReport
{
    ModelId model;
    std::string digest;
    std::string engine;
    bool againstInput = false; // compared with the prepared picture, not with the output
    bool compared = false;     // something was expected
    bool matches = false;
    std::vector<MatchCandidate> candidates; // the closest first; else as they were tried
    std::size_t runs = 0;                   // of the network
    std::string summary;                    // "matches: largest difference 2e-06 ..."
    std::vector<std::string> notes;         // what this picture does not tell, and the like
};

// InvalidArgument: the model takes no pictures, the count of pictures, and what of the contents
// does not fit; also those of a prediction, if no preparation runs at all; Cancelled,
// DeadlineExceeded.
Result<MatchReport> matchPreparations(const ModelBundle &model, const MatchInputs &inputs,
                                      const Clock &clock, const MatchLimits &limits);

} // namespace warmbench

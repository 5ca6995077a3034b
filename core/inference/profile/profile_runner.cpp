#include "inference/profile/profile_runner.h"

#include "base/exceptions.h"

#include <algorithm>
#include <utility>

namespace warmbench {

Result<void> ProfileRunner::accepts(const ProfileRequest &request) const
{
    const bool sensible =
        !request.series.empty() &&
        std::all_of(request.series.begin(), request.series.end(),
                    [](const SeriesPlan &plan) { return plan.concurrency > 0 && plan.batch > 0; });
    if (!sensible)
        return invalidArgument("A profile needs at least one caller and one sample a request.");
    return m_services.source.contains(request.model);
}

void ProfileRunner::profile(ProfileRequest request, Done done)
{
    if (auto accepted = accepts(request); !accepted) {
        done(std::move(accepted).error());
        return;
    }
    auto refuse = [done](Error refusal) { done(std::move(refusal)); };
    auto run = [this, request = std::move(request), done = std::move(done)](
                   const std::stop_token &stop) { done(profiled(request, stop)); };
    m_thread.add({std::move(run), std::move(refuse)});
}

Result<std::shared_ptr<const Profile>> ProfileRunner::profiled(const ProfileRequest &request,
                                                               const std::stop_token &stop) const
{
    try {
        std::stop_source ending;
        const std::stop_callback gone(request.cancellation, [&] { ending.request_stop(); });
        const std::stop_callback over(stop, [&] { ending.request_stop(); });
        auto profile = profileModel(request, m_services, ending.get_token());
        releaseFreeMemory();
        if (stop.stop_requested())
            return JobThread::shuttingDown("profile");
        if (!profile)
            return std::move(profile).error();
        return std::make_shared<const Profile>(*std::move(profile));
    } catch (...) {
        return loggedException("profile");
    }
}

} // namespace warmbench

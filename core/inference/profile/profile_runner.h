// Profiles models, one after the other, on a thread of its own.
//
// Thread: any; nothing blocks. Answers come from the thread "profile", or at once on the caller's.
// Source, cache and predictions must outlive it.
#pragma once

#include "base/job_thread.h"
#include "inference/profile/profile_run.h"

#include <functional>
#include <memory>

namespace warmbench {

class ProfileRunner
{
public:
    using Done = std::function<void(Result<std::shared_ptr<const Profile>>)>;

    explicit ProfileRunner(ProfileServices services)
        : m_services(services)
    {
    }

    // Errors: NotFound (unknown name), InvalidArgument (no series, or fewer than one caller or
    // sample), those of profileModel(), Unavailable (too many wait, or shutting down).
    void profile(ProfileRequest request, Done done);
    // Ends the profile under way, refuses those that wait, joins the thread. Idempotent.
    void stop() { m_thread.stop(); }

private:
    Result<void> accepts(const ProfileRequest &request) const;
    Result<std::shared_ptr<const Profile>> profiled(const ProfileRequest &request,
                                                    const std::stop_token &stop) const;

    const ProfileServices m_services;
    JobThread m_thread{"profile", "profiles"}; // last: it uses the services
};

} // namespace warmbench

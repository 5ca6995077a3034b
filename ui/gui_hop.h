// Brings a continuation of the workbench back to the GUI thread. It runs only while `context` still
// lives there, so that work in flight when a window closes ends without calling it. Thread: made on
// the GUI thread, called on any, runs `use` on the GUI thread.
#pragma once

#include <memory>
#include <QCoreApplication>
#include <QMetaObject>
#include <QPointer>
#include <tuple>
#include <type_traits>
#include <utility>

namespace warmbench::ui {

template <typename Use>
void postToGui(const QPointer<QObject> &context, Use use)
{
    QCoreApplication *application = QCoreApplication::instance();
    if (!application)
        return;
    // It is shared because a queued functor must be copyable, and its content often is not.
    auto shared = std::make_shared<Use>(std::move(use));
    QMetaObject::invokeMethod(
        application,
        [context, shared] {
            if (context)
                (*shared)();
        },
        Qt::QueuedConnection);
}

// A callable for std::function parameters: onGui(this, [this](Result<void> done) { ... }).
template <typename Use>
auto onGui(QObject *context, Use use)
{
    return [receiver = QPointer<QObject>(context),
            shared = std::make_shared<Use>(std::move(use))](auto &&...arguments) {
        postToGui(
            receiver, [shared, packed = std::make_tuple(std::decay_t<decltype(arguments)>(
                                   std::forward<decltype(arguments)>(arguments))...)]() mutable {
                std::apply([&](auto &...unpacked) { (*shared)(std::move(unpacked)...); }, packed);
            });
    };
}

} // namespace warmbench::ui

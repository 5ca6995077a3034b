// One client's connection: its bytes framed under limits, its requests answered in order.
//
// Qt's own parser never sees what a client sent. This object frames the bytes itself, and for each
// whole request puts one fixed request line where Qt reads (`stand-in`), which makes Qt HTTP Server
// call handleRequest. What Qt's parser does with odd headers, chunks or lengths, and how that
// differs between its versions, therefore does not matter.
//
// A client that closes its half gets the answers to what it has sent whole. One that has vanished
// cancels its requests: a reset, a write that failed, or an end on this machine that no program
// holds any more. From afar, closing as a whole looks like closing the half until an answer is
// sent.
//
// Thread: http.
#pragma once

#include "base/clock.h"
#include "base/exceptions.h"
#include "base/memory_budget.h"
#include "http/http_options.h"
#include "http/transport/admission.h"
#include "http/transport/known_answers.h"
#include "http/transport/replier.h"
#include "http/transport/request_framer.h"
#include "http/transport/request_pace.h"
#include "http/transport/request_record.h"

#include <atomic>
#include <deque>
#include <memory>
#include <QObject>

namespace warmbench::http {

class ClientSocket;
class Connection;
class GuardedServer;

// A request that waits for its answer, in the order of arrival. Only the http thread looks inside.
struct Exchange
{
    Connection *connection = nullptr; // null once the client has gone
    Cancellation cancellation;
    bool head = false;
    bool close = false;
    bool http10 = false;
    std::size_t likeness = 0; // equal for requests whose answers are of about the same size
    std::size_t expected = 0; // bytes of the answer, as far as known before
    bool answered = false;
    bool begun = false; // the answer's head is written
    std::shared_ptr<ReplyStream> stream;
    std::string wire; // the answer as it will be sent
    std::string body; // behind it, where it is large
    MemoryBudget::Share held;
    std::atomic<bool> cut{false}; // its answer could not be made
    std::string route;
    RequestRecord record;
    SteadyTime began;
};

class Connection : public QObject
{
    Q_OBJECT

public:
    // Becomes the socket's child.
    Connection(ClientSocket *socket, std::string peer, Admission::Place place,
               GuardedServer &server);
    ~Connection() override;

    // Qt has parsed the stand-in: the framed request goes to the handler.
    void dispatch();
    void deliver(Exchange &exchange, ApiReply reply);
    // Writes what is answered, in order.
    void flush();
    // Hands to the system what flush() has written.
    void send();
    // Answers with an error of the protocol after what is under way, then closes.
    void refuse(int status, const std::string &sentence);
    void checkTimes(SteadyTime now);
    // Ends what has begun and closes; what begins later is refused. A connection that has not said
    // anything yet stays.
    void drain();
    // The drain's time is over: what has no answer yet is told so.
    void giveUp();
    // Where it has said nothing.
    void closeUnused();
    const std::string &peer() const { return m_peer; }

    // Calls `work` with this from the event loop; an exception ends here, and the connection with
    // it: an answer may have begun.
    template <typename Work>
    void entered(const Work &work) noexcept
    {
        if (!contained("http", [&] { work(*this); }))
            contained("http", [this] { breakOff(); });
    }

private:
    void breakOff();
    void accountOutput();
    void read();
    void proceed();
    void proceedLater();
    void handOver();
    void frame();
    void answerContinue();
    bool paused() const;
    bool mayDispatch() const;
    bool ahead() const;
    bool nothingBegun() const;
    std::shared_ptr<Exchange> open(const FramedRequest &framed, std::size_t size);
    void handle(ApiRequest request, const Replier &replier);
    std::size_t expectedAnswer(std::size_t likeness, std::size_t requestBytes) const;
    bool isLast(const Exchange &exchange) const;
    void begin(const std::shared_ptr<Exchange> &exchange);
    bool pump(const Exchange &exchange);
    void endStreams();
    void checkEnd();
    void endOutput();
    void sendSoon();
    void goOn();
    void hungUp();
    void written();
    void gone();
    void account();
    void checkLinger(SteadyTime now);
    bool stalls(SteadyTime now);
    void refuseHalf();
    bool streamStalls() const;
    void rest(std::chrono::nanoseconds quiet);

    ClientSocket *m_socket;
    GuardedServer &m_server;
    const std::string m_peer;
    Admission::Place m_place;
    RequestFramer m_framer;
    std::deque<std::shared_ptr<Exchange>> m_exchanges;
    std::size_t m_unanswered = 0; // of them
    bool m_framed = false;        // a whole request waits for its turn or Qt's call
    bool m_handedOver = false;    // Qt has the stand-in
    bool m_deaf = false;          // nothing that still comes is looked at
    bool m_closing = false;       // the last answer is written
    bool m_shut = false;          // our half is closed
    bool m_draining = false;
    bool m_finishes = false; // while draining: the request that had begun before
    bool m_owesContinue = false;
    bool m_gone = false;
    bool m_proceeding = false;
    bool m_proceedsLater = false;
    bool m_used = false;              // has had a request, or needs none any more
    bool m_watched = false;           // for the connection to break
    std::size_t m_waitingOutput = 0;  // answers behind one that is still to come
    std::size_t m_expectedOutput = 0; // answers that are not there yet
    KnownAnswers m_known;
    MemoryBudget::Share m_input;
    MemoryBudget::Share m_output; // what waits for the client, where it is much
    bool m_sendsSoon = false;
    RequestPace m_pace;
    SteadyTime m_lastActivity; // end of an answer, or output taken
    SteadyTime m_shutAt;
    SteadyTime m_lastInput; // while draining
};

} // namespace warmbench::http

// One client's connection: its bytes framed under limits, its requests answered in order.
//
// Together with the server that owns it, this is the guard around Qt HTTP Server. It frames the
// bytes itself and refuses what is no proper request; then Qt gets the line and Host of each whole
// request, parses them and dispatches the request, which the guard completes with fields and body.
// Qt sees nothing else of what a client sent: what its parser does with odd headers, chunks or
// lengths, and how that differs between its versions, therefore does not matter.
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
#include "http/transport/admission.h"
#include "http/transport/connection_input.h"
#include "http/transport/connection_output.h"
#include "http/transport/exchange_queue.h"
#include "http/transport/replier.h"

#include <memory>
#include <QObject>
#include <string>

namespace warmbench::http {

class ClientSocket;
class GuardedServer;

class Connection : public QObject
{
    Q_OBJECT

public:
    // Becomes the socket's child.
    Connection(ClientSocket *socket, std::string peer, Admission::Place place,
               GuardedServer &server);
    ~Connection() override;

    // Qt has parsed the request's line: the framed request goes to the handler.
    void dispatch(RequestLine line);
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
    // Closes the connection if it has said nothing.
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
    // How far the connection has come. It only goes forward.
    enum class State {
        Open,    // requests are taken
        Deaf,    // the last request is there: nothing that still comes is looked at
        Closing, // the last answer is written
        Shut,    // our half is closed, and the client's answer to that is awaited
        Gone     // the socket is closed
    };
    // Which requests are still handed to the handler, the others being told to try again.
    enum class Serving {
        All,
        Begun, // the server stops: the one that had begun before
        None   // the server stops
    };

    // Input.
    void read();
    void frame();
    void proceed();
    void proceedLater();
    void answerContinue();
    bool paused() const;
    bool mayDispatch() const;
    bool ahead() const;
    void accountInput();

    // Exchanges.
    void handle(FramedRequest framed, RequestLine line, const std::shared_ptr<Exchange> &exchange);
    bool isLast(const Exchange &exchange) const;
    void endStreams();
    void refuseHalf();

    // Output.
    void sendSoon();
    void written();
    void goOn();

    // The end.
    bool draining() const { return m_serving != Serving::All; }
    void breakOff();
    void checkEnd();
    void endOutput();
    void checkLinger(SteadyTime now);
    void rest(std::chrono::nanoseconds quiet);
    void hungUp();
    void gone();

    ClientSocket *m_socket;
    GuardedServer &m_server;
    const std::string m_peer;
    Admission::Place m_place;
    State m_state = State::Open;
    Serving m_serving = Serving::All;
    ConnectionInput m_input;
    ExchangeQueue m_exchanges;
    ConnectionOutput m_output;
    bool m_proceeding = false;    // proceed() is under way
    bool m_proceedsLater = false; // proceed() is posted
    bool m_used = false;          // has had a request, or needs none any more
    bool m_watched = false;       // by IdleWatch, for the connection to break
    SteadyTime m_shutAt;
    SteadyTime m_lastInput; // while the server stops
};

} // namespace warmbench::http

// One client's connection: its bytes framed under limits, its requests answered in order.
//
// Qt's own parser never sees what a client sent. This object's readyRead slot is connected before
// Qt's (slots run in the order they were connected), takes all bytes out of the socket, frames them
// itself, and for each whole request puts one fixed request line back (`stand-in`), which makes Qt
// HTTP Server call handleRequest. What Qt's parser does with odd headers, chunks or lengths, and
// how that differs between its versions, therefore does not matter.
//
// Thread: http.
#pragma once

#include "base/clock.h"
#include "http/http_server.h"
#include "http/replier.h"
#include "http/request_framer.h"

#include <deque>
#include <memory>
#include <QObject>

class QTcpSocket;

namespace warmbench::http {

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
    bool answered = false;
    bool begun = false; // the answer's head is written
    std::shared_ptr<ReplyStream> stream;
    std::string wire; // the answer as it will be sent
    std::string route;
    RequestRecord record;
    SteadyTime began;
};

class Connection : public QObject
{
    Q_OBJECT

public:
    // Becomes the socket's child.
    Connection(QTcpSocket *socket, GuardedServer &server);
    ~Connection() override;

    QTcpSocket *socket() const { return m_socket; }
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
    // No further requests; closes when what is under way is answered.
    void drain();
    std::string peer() const { return m_peer; }

private:
    void read();
    void readLater();
    void holdInput();
    void resumeInput();
    void frame();
    void advanceTimes(bool begunBefore, bool inBodyBefore);
    void answerContinue();
    bool paused() const;
    bool ahead() const;
    void checkPausedInput();
    void begin(const std::shared_ptr<Exchange> &exchange);
    bool pump(const Exchange &exchange);
    void endStreams();
    void endOutput();
    void reset();
    void written();
    void gone();
    void account();
    bool tooSlow(SteadyTime now);
    bool streamStalls() const;
    void rest(std::chrono::nanoseconds quiet);

    QTcpSocket *m_socket;
    GuardedServer &m_server;
    std::string m_peer;
    RequestFramer m_framer;
    std::deque<std::shared_ptr<Exchange>> m_exchanges;
    bool m_framed = false;   // a whole request waits for Qt's call
    bool m_refusing = false; // nothing that still comes is looked at
    bool m_closing = false;  // the last answer is written
    bool m_shut = false;     // our half is closed
    bool m_draining = false;
    bool m_owesContinue = false;
    bool m_gone = false;
    bool m_readLater = false;
    bool m_holdLater = false;
    bool m_held = false;             // nothing is read from the system
    std::size_t m_waitingOutput = 0; // answers behind one that is still to come
    InputBudget::Share m_input;
    bool m_sendsSoon = false;
    SteadyTime m_headBegan;
    SteadyTime m_windowBegan; // of the body's rate
    std::uint64_t m_windowBytes = 0;
    bool m_firstWindow = true;
    SteadyTime m_lastActivity; // end of an answer, or output taken
    SteadyTime m_shutAt;
};

} // namespace warmbench::http

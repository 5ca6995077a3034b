// A client's descriptor under the QTcpSocket that Qt HTTP Server asks for, with input and output of
// our own.
//
// QTcpSocket takes the end of a client's input for the end of all, so that who closes one half and
// reads on would never get an answer; it cannot be told to read no more; and it copies all output
// once. Qt's engine is therefore left out: all that Qt reads is what showToQt() gave.
//
// Thread: http. Errors and resets end the connection: disconnected() comes from within the call.
#pragma once

#include <cstdint>
#include <QSocketNotifier>
#include <QTcpSocket>
#include <string>
#include <sys/types.h>
#include <vector>

namespace warmbench::http {

class ClientSocket : public QTcpSocket
{
    Q_OBJECT

public:
    // Owns the descriptor from now on.
    ClientSocket(int descriptor, QObject *parent);
    ~ClientSocket() override;

    int descriptor() const { return m_descriptor; }
    bool isConnected() const { return m_descriptor >= 0; }

    // What has come, up to `room` bytes; 0 where nothing has, the input has ended or the connection
    // with it.
    std::size_t receive(char *to, std::size_t room);
    // The client sends no more; it may go on reading, or have gone: only sending tells.
    bool inputEnded() const { return m_inputEnded; }
    // Lets readable() come or not. Nothing else switches it.
    void setReading(bool on);
    bool reading() const { return m_reader.isEnabled(); }

    // What Qt reads next; it is told by readyRead().
    void showToQt(std::string bytes) { m_shown = std::move(bytes); }

    void append(std::string bytes);
    // Hands to the system what it takes; sent() comes when it has taken more of the rest.
    void send();
    // Bytes held for output. A piece counts as a whole until its last byte is sent.
    std::size_t unsent() const { return m_unsent; }
    // Whether something has reached the client since the last call, or since send() could not go
    // on.
    bool outputMoves();
    // Bytes that the system holds until the client's system has confirmed them.
    std::size_t unacknowledged() const;

    void endOutput(); // what was sent still arrives
    // Closes at once: unsent output is lost, what the system has taken still arrives.
    void drop() { close(); }
    // As drop(), and the system forgets what the client has not taken instead of offering it for
    // minutes.
    void breakOff();
    void disconnectFromHost() override; // as drop()

    qint64 bytesToWrite() const override { return static_cast<qint64>(m_unsent); }
    qintptr socketDescriptor() const override { return m_descriptor; }

Q_SIGNALS:
    void readable();
    void sent();
    void hungUp(); // seen by IdleWatch

protected:
    qint64 readData(char *data, qint64 most) override;
    qint64 writeData(const char *data, qint64 size) override;

private:
    void release();
    std::uint64_t arrived() const;
    ssize_t offer();
    void taken(std::size_t bytes);
    void sendLater();

    int m_descriptor;
    QSocketNotifier m_reader;
    QSocketNotifier *m_writer = nullptr; // made when the system first takes less than there is
    bool m_inputEnded = false;
    std::string m_shown; // what Qt has not read yet
    std::vector<std::string> m_output;
    std::size_t m_sentOfFirst = 0;
    std::size_t m_unsent = 0;
    std::uint64_t m_handed = 0;  // bytes that the system has taken so far
    std::uint64_t m_arrived = 0; // of them, what the client had when last looked at
};

} // namespace warmbench::http

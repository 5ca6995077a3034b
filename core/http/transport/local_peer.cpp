#include "http/transport/local_peer.h"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <optional>
#include <sys/socket.h>
#include <unistd.h>

namespace warmbench::http {

namespace {

// One end of a connection. An IPv4 address that is mapped into IPv6 counts as the IPv4 address.
struct End
{
    std::uint8_t family = AF_UNSPEC;
    std::uint16_t port = 0; // in the network's order, like the address
    std::array<std::uint32_t, 4> address{};
};

template <typename Ask>
std::optional<End> endOf(int descriptor, Ask ask)
{
    ::sockaddr_storage storage{};
    ::socklen_t size = sizeof storage;
    if (ask(descriptor, reinterpret_cast<::sockaddr *>(&storage), &size) != 0)
        return {};
    End end;
    end.family = static_cast<std::uint8_t>(storage.ss_family);
    if (storage.ss_family == AF_INET) {
        const auto &four = reinterpret_cast<const ::sockaddr_in &>(storage);
        end.port = four.sin_port;
        end.address[0] = four.sin_addr.s_addr;
    } else if (storage.ss_family == AF_INET6) {
        const auto &six = reinterpret_cast<const ::sockaddr_in6 &>(storage);
        end.port = six.sin6_port;
        std::memcpy(end.address.data(), &six.sin6_addr, sizeof six.sin6_addr);
        if (IN6_IS_ADDR_V4MAPPED(&six.sin6_addr)) {
            end.family = AF_INET;
            end.address = {end.address[3], 0, 0, 0};
        }
    } else {
        return {};
    }
    return end;
}

bool onThisMachine(const End &client, const End &server)
{
    const bool loopback =
        client.family == AF_INET && (ntohl(client.address[0]) >> 24) == IN_LOOPBACKNET;
    return loopback || client.address == server.address;
}

struct Question
{
    ::nlmsghdr header;
    ::inet_diag_req_v2 body;
};

Question questionFor(const End &client, const End &server)
{
    Question question{};
    question.header.nlmsg_len = sizeof question;
    question.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    question.header.nlmsg_flags = NLM_F_REQUEST;
    question.body.sdiag_family = client.family;
    question.body.sdiag_protocol = IPPROTO_TCP;
    question.body.idiag_states = ~0U;
    ::inet_diag_sockid &id = question.body.id;
    id.idiag_sport = client.port;
    id.idiag_dport = server.port;
    std::memcpy(id.idiag_src, client.address.data(), sizeof id.idiag_src);
    std::memcpy(id.idiag_dst, server.address.data(), sizeof id.idiag_dst);
    id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
    id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    return question;
}

struct Reply
{
    ::nlmsghdr header;
    union {
        ::nlmsgerr error;
        ::inet_diag_msg socket;
    };
    std::array<char, 1024> more; // attributes that were not asked for
};

} // namespace

// sock_diag(7).
bool localPeerHasClosed(int descriptor)
{
    const auto client = endOf(descriptor, ::getpeername);
    const auto server = endOf(descriptor, ::getsockname);
    if (!client || !server || !onThisMachine(*client, *server))
        return false;
    const int link = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (link < 0)
        return false;
    const Question question = questionFor(*client, *server);
    Reply reply{};
    const bool asked = ::send(link, &question, sizeof question, 0) == sizeof question;
    const ssize_t got = asked ? ::recv(link, &reply, sizeof reply, MSG_DONTWAIT) : -1;
    ::close(link);
    const auto holds = [got](std::size_t bytes) {
        return got >= static_cast<ssize_t>(sizeof(::nlmsghdr) + bytes);
    };
    if (holds(sizeof reply.error) && reply.header.nlmsg_type == NLMSG_ERROR)
        return reply.error.error == -ENOENT;
    return holds(sizeof reply.socket) && reply.header.nlmsg_type == SOCK_DIAG_BY_FAMILY &&
           reply.socket.idiag_inode == 0;
}

} // namespace warmbench::http

#include "http/transport/port_holder.h"

#include "base/file.h"
#include "base/text.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fmt/format.h>
#include <set>
#include <vector>

namespace warmbench::http {

namespace {

namespace fs = std::filesystem;

// Lines of /proc/net/tcp: number, local address:port, remote, state (0A: listening), queues, timer,
// retransmits, uid, time-out, inode.
void collectSockets(const fs::path &table, std::uint16_t port, std::set<std::string> &links)
{
    const auto text = readFile(table, mebibytes(16));
    if (!text)
        return;
    const std::string wanted = fmt::format(":{:04X}", port);
    for (const std::string_view line : split(*text, '\n')) {
        std::vector<std::string_view> words;
        for (const std::string_view word : split(line, ' ')) {
            if (!word.empty())
                words.push_back(word);
        }
        if (words.size() > 9 && words[1].ends_with(wanted) && words[3] == "0A")
            links.insert(fmt::format("socket:[{}]", words[9]));
    }
}

bool holdsOneOf(const fs::path &process, const std::set<std::string> &links)
{
    std::error_code ignored;
    for (fs::directory_iterator entry(process / "fd", ignored), end; entry != end;
         entry.increment(ignored)) {
        if (links.contains(fs::read_symlink(entry->path(), ignored).string()))
            return true;
    }
    return false;
}

} // namespace

std::string portHolder(std::uint16_t port)
{
    std::set<std::string> links;
    collectSockets("/proc/net/tcp", port, links);
    collectSockets("/proc/net/tcp6", port, links);
    if (links.empty())
        return {};
    std::error_code ignored;
    for (fs::directory_iterator entry("/proc", ignored), end; entry != end;
         entry.increment(ignored)) {
        const std::string id = entry->path().filename().string();
        const bool number =
            std::all_of(id.begin(), id.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
        if (!number || !holdsOneOf(entry->path(), links))
            continue;
        const auto name = readFile(entry->path() / "comm", mebibytes(1));
        return fmt::format("{} (process {})",
                           name ? printable(trimmed(*name), 40) : std::string("a program"), id);
    }
    return {};
}

} // namespace warmbench::http

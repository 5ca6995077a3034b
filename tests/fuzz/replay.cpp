// Without libFuzzer: calls a target for every file of a folder as it is, then for all its
// beginnings and for it with one byte changed, left out or doubled, in an order that is always the
// same, until the time is up.
//
//     fuzz_TARGET FOLDER [SECONDS]
//
// Where a check fails, the input's name and what was done to it are on standard error.
#include "checks.h"

#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <unistd.h>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Seed
{
    std::string name;
    std::string bytes;
};

// Where the replay stands, for the signal handler.
std::string underWork; // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

void sayWhere(int)
{
    const auto written = ::write(STDERR_FILENO, underWork.data(), underWork.size());
    std::signal(SIGABRT, SIG_DFL);
    if (written >= 0)
        std::raise(SIGABRT);
}

std::vector<Seed> seedsIn(const std::filesystem::path &folder)
{
    std::vector<Seed> seeds;
    for (const auto &entry : std::filesystem::directory_iterator(folder)) {
        std::ifstream file(entry.path(), std::ios::binary);
        seeds.push_back({entry.path().filename().string(),
                         std::string(std::istreambuf_iterator<char>(file), {})});
    }
    std::sort(seeds.begin(), seeds.end(),
              [](const Seed &a, const Seed &b) { return a.name < b.name; });
    return seeds;
}

// Runs the target and counts.
class Replay
{
public:
    explicit Replay(std::chrono::seconds time)
        : m_end(Clock::now() + time)
    {
    }

    void run(const Seed &seed, const std::string &bytes, const char *how, std::size_t at)
    {
        underWork = "Input: \"" + seed.name + "\", " + how + " " + std::to_string(at) + "\n";
        // A copy of exactly its size, so that AddressSanitizer sees what reads beyond it.
        const std::vector<std::uint8_t> exact(bytes.begin(), bytes.end());
        LLVMFuzzerTestOneInput(exact.data(), exact.size());
        ++m_runs;
    }

    // The seeds take turns, so that none is left out when the time is short.
    void runChanged(const std::vector<Seed> &seeds)
    {
        bool more = true;
        for (std::size_t at = 0; more && !over(); ++at) {
            more = false;
            for (const Seed &seed : seeds) {
                if (at >= seed.bytes.size() || over())
                    continue;
                more = true;
                // By turns from the front and from the back: ends are as telling as beginnings.
                const std::size_t place = at % 2 ? seed.bytes.size() - 1 - at / 2 : at / 2;
                runPlace(seed, place);
            }
        }
        m_all = !more;
    }

    std::size_t runs() const { return m_runs; }
    bool all() const { return m_all; }

private:
    bool over() const { return Clock::now() >= m_end; }

    void runPlace(const Seed &seed, std::size_t place)
    {
        run(seed, seed.bytes.substr(0, place), "cut at byte", place);
        constexpr std::array<char, 14> others{'\0', '\xFF', '\x80', '"', '\\', '\n', '\r',
                                              ' ',  '0',    '9',    '-', '[',  '}',  ','};
        std::string changed = seed.bytes;
        for (const char other : others) {
            changed[place] = other;
            run(seed, changed, "changed at byte", place);
        }
        for (unsigned bit = 0; bit < 8; ++bit) {
            changed[place] = static_cast<char>(seed.bytes[place] ^ (1U << bit));
            run(seed, changed, "one bit changed at byte", place);
        }
        changed[place] = seed.bytes[place];
        run(seed, changed.insert(place, 1, changed[place]), "doubled at byte", place);
        run(seed, changed.erase(place, 2), "left out at byte", place);
    }

    Clock::time_point m_end;
    std::size_t m_runs = 0;
    bool m_all = false;
};

} // namespace

int main(int argc, char **argv)
{
    if (argc < 2) {
        std::cerr << "Name the folder of the inputs: " << argv[0] << " FOLDER [SECONDS]\n";
        return 2;
    }
    std::signal(SIGABRT, sayWhere);
    const std::vector<Seed> seeds = seedsIn(argv[1]);
    if (seeds.empty()) {
        std::cerr << "There are no inputs in " << argv[1] << ".\n";
        return 1;
    }
    Replay replay(std::chrono::seconds(argc > 2 ? std::atoi(argv[2]) : 5));
    for (const Seed &seed : seeds)
        replay.run(seed, seed.bytes, "whole, bytes", seed.bytes.size());
    replay.runChanged(seeds);
    std::cout << seeds.size() << " inputs, " << replay.runs() << " runs"
              << (replay.all() ? ", all of them" : " in the time given") << std::endl;
    return 0;
}

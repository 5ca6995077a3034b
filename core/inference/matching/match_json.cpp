#include "inference/matching/match_json.h"

#include "inference/matching/preparations.h"
#include "tensor/json_object.h"

#include <algorithm>
#include <cmath>

namespace warmbench {

namespace {

constexpr std::size_t mostListed = 20;

std::string listOf(const std::vector<double> &values)
{
    std::string list;
    for (const double value : values) {
        list += list.empty() ? "[" : ", ";
        appendJsonNumber(list, value);
    }
    return list + "]";
}

std::string answersJson(const std::vector<MatchAnswer> &answers)
{
    std::string list = "[";
    for (const MatchAnswer &answer : answers) {
        JsonObject object;
        object.text("label", answer.label);
        if (answer.score)
            object.real("score", *answer.score);
        else
            object.raw("score", "null");
        list += (list.size() > 1 ? ", " : "") + object.end();
    }
    return list + "]";
}

std::string numberJson(double value)
{
    std::string number;
    if (!std::isfinite(value))
        return "null";
    appendJsonNumber(number, value);
    return number;
}

std::string candidateJson(const MatchCandidate &candidate)
{
    JsonObject object;
    object.text("preparation", preparationText(candidate.how))
        .raw("input", preparationJson(candidate.how))
        .flag("present", candidate.present);
    if (candidate.closeness) {
        const Closeness &close = *candidate.closeness;
        object.raw("largest_difference", numberJson(close.largest))
            .raw("share", numberJson(close.share))
            .real("cosine", close.cosine)
            .raw("same_best", !close.sameBest   ? "null"
                              : *close.sameBest ? "true"
                                                : "false")
            .flag("agrees", close.within);
    }
    return object.raw("answers", answersJson(candidate.answers))
        .flag("tells_nothing_apart", candidate.tellsNothingApart)
        .number("same_for_this_picture", std::ssize(candidate.same))
        .end();
}

} // namespace

std::string preparationJson(const Preprocessing &how)
{
    JsonObject object;
    object.text("channels", channelsName(how.channels)).text("resize", resizeModeName(how.resize));
    if (how.resize != ResizeMode::Letterbox && how.shorterSide)
        object.number("shorter_side", *how.shorterSide);
    if (how.resize == ResizeMode::Letterbox) {
        object.raw("pad_value", how.padsWithMean ? "\"mean\"" : numberJson(how.padValue));
        object.text("pad_position", padPositionName(how.padPosition));
    }
    object.text("interpolation", interpolationName(how.interpolation))
        .flag("antialias", how.antialias);
    if (std::abs(how.scale - 1.0 / 255.0) < 1e-12)
        object.text("scale", "1/255");
    else if (std::abs(how.scale - 1 / 127.5) < 1e-12)
        object.text("scale", "1/127.5");
    else
        object.real("scale", how.scale);
    return object.raw("mean", listOf(how.mean)).raw("std", listOf(how.std)).end();
}

std::string matchJson(const MatchReport &report)
{
    std::string candidates = "[";
    const std::size_t listed =
        report.compared ? std::min(report.candidates.size(), mostListed) : report.candidates.size();
    for (std::size_t i = 0; i < listed; ++i)
        candidates += (i > 0 ? ", " : "") + candidateJson(report.candidates[i]);
    std::string notes = "[";
    for (const std::string &note : report.notes) {
        notes += notes.size() > 1 ? ", " : "";
        appendJsonString(notes, note);
    }
    return JsonObject()
        .text("model", report.model.name)
        .text("digest", report.digest)
        .text("engine", report.engine)
        .raw("compared_with", !report.compared      ? "null"
                              : report.againstInput ? "\"input\""
                                                    : "\"output\"")
        .raw("matches", !report.compared ? "null"
                        : report.matches ? "true"
                                         : "false")
        .text("summary", report.summary)
        .number("preparations", std::ssize(report.candidates))
        .number("runs", static_cast<std::int64_t>(report.runs))
        .raw("candidates", candidates + "]")
        .raw("notes", notes + "]")
        .end();
}

} // namespace warmbench

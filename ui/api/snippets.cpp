#include "ui/api/snippets.h"

#include <QUrl>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

// A literal that Python and JavaScript read alike.
QString literal(const QString &text)
{
    QString inside;
    for (const QChar character : text) {
        if (character == u'"' || character == u'\\')
            inside += u'\\';
        if (character == u'\n')
            inside += u"\\n"_s;
        else if (character < u' ' || character == QChar(0x2028) || character == QChar(0x2029))
            inside += u"\\u%1"_s.arg(character.unicode(), 4, 16, QChar(u'0'));
        else
            inside += character;
    }
    return u'"' + inside + u'"';
}

} // namespace

QString predictAddress(const QString &url, const QString &model)
{
    return url + u"/predict/"_s + QString::fromLatin1(QUrl::toPercentEncoding(model));
}

QString shellQuoted(const QString &text)
{
    QString inside = text;
    inside.replace(u'\'', u"'\\''"_s);
    return u'\'' + inside + u'\'';
}

QString curlSnippet(const QString &url, const ApiInput &input)
{
    const QString address = shellQuoted(predictAddress(url, input.model));
    return input.path.isEmpty()
               ? u"curl -d %1 %2"_s.arg(shellQuoted(input.text), address)
               : u"curl --data-binary @%1 %2"_s.arg(shellQuoted(input.path), address);
}

QString pythonSnippet(const QString &url, const ApiInput &input)
{
    const QString body = input.path.isEmpty()
                             ? literal(input.text) + u".encode()"_s
                             : u"open(%1, \"rb\").read()"_s.arg(literal(input.path));
    return u"import json, urllib.request\n"
           "\n"
           "body = %1\n"
           "with urllib.request.urlopen(%2, data=body) as answer:\n"
           "    print(json.load(answer)[\"prediction\"])\n"_s.arg(
               body, literal(predictAddress(url, input.model)));
}

QString javaScriptSnippet(const QString &url, const ApiInput &input)
{
    const QString body =
        input.path.isEmpty()
            ? literal(input.text)
            : u"await (await import(\"node:fs/promises\")).readFile(%1)"_s.arg(literal(input.path));
    return u"const body = %1;\n"
           "const answer = await fetch(%2, {method: \"POST\", body});\n"
           "console.log((await answer.json()).prediction);\n"_s.arg(
               body, literal(predictAddress(url, input.model)));
}

} // namespace warmbench::ui

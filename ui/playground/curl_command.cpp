#include "ui/playground/curl_command.h"

#include <QUrl>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

QString address(const QString &url, const QString &model)
{
    return shellQuoted(url + u"/predict/"_s + QString::fromLatin1(QUrl::toPercentEncoding(model)));
}

} // namespace

QString shellQuoted(const QString &text)
{
    QString inside = text;
    inside.replace(u'\'', u"'\\''"_s);
    return u'\'' + inside + u'\'';
}

QString curlForFile(const QString &url, const QString &model, const QString &path)
{
    return u"curl --data-binary @%1 %2"_s.arg(shellQuoted(path), address(url, model));
}

QString curlForNumbers(const QString &url, const QString &model, const QString &body)
{
    return u"curl -d %1 %2"_s.arg(shellQuoted(body), address(url, model));
}

} // namespace warmbench::ui

#include "ui/playground/answer_export.h"

#include "inference/answer/prediction_json.h"
#include "painting/drawn_answer.h"
#include "ui/background.h"
#include "ui/playground/answer_phrase.h"
#include "ui/save_file.h"
#include "ui/widgets/display_text.h"
#include "ui/widgets/icons.h"

#include <QAction>
#include <QClipboard>
#include <QFileInfo>
#include <QGuiApplication>
#include <QWidget>
#include <span>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

Result<Image> answeredPicture(const RunResult &result, const PictureInput &picture)
{
    const auto &samples = result.prediction.results;
    if (!samples.empty() && samples.front().image)
        return *samples.front().image;
    Result<Image> decoded = decodeImage(std::as_bytes(std::span(*picture.bytes)));
    if (!decoded || samples.empty() || !isDrawnOnPicture(result.prediction.task))
        return decoded;
    return drawnAnswer(*std::move(decoded), samples.front());
}

AnswerExport::AnswerExport(Background &background, QWidget *page)
    : QObject(page)
    , m_background(background)
    , m_page(page)
    , m_savePicture(new QAction(icon(u"save"_s), tr("Save picture…"), this))
    , m_copyPicture(new QAction(icon(u"copy"_s), tr("Copy picture"), this))
    , m_saveJson(new QAction(icon(u"save"_s), tr("Save answer as JSON…"), this))
{
    m_savePicture->setObjectName(u"savePicture"_s);
    m_savePicture->setToolTip(tr("Save the picture with its answer as PNG, in full size"));
    m_copyPicture->setObjectName(u"copyPicture"_s);
    m_copyPicture->setToolTip(tr("Copy the picture with its answer, in full size"));
    m_saveJson->setObjectName(u"saveAnswer"_s);
    m_saveJson->setToolTip(tr("Save the answer as the JSON that the API gives"));
    connect(m_savePicture, &QAction::triggered, this, &AnswerExport::savePicture);
    connect(m_copyPicture, &QAction::triggered, this, &AnswerExport::copyPicture);
    connect(m_saveJson, &QAction::triggered, this, &AnswerExport::saveJson);
    clear();
}

void AnswerExport::setAnswer(std::shared_ptr<const RunResult> result, const PictureInput *picture)
{
    m_result = std::move(result);
    m_picture = m_result && picture ? std::make_shared<const PictureInput>(*picture) : nullptr;
    m_savePicture->setEnabled(m_picture != nullptr);
    m_copyPicture->setEnabled(m_picture != nullptr);
    m_saveJson->setEnabled(m_result != nullptr);
}

QString AnswerExport::fileName(const QString &ending) const
{
    const QString name = m_picture ? QFileInfo(m_picture->name).completeBaseName()
                                   : text(m_result->prediction.model.name);
    return tr("%1 answer", "the name of a file").arg(name) + ending;
}

void AnswerExport::savePicture()
{
    saveFile(
        m_page, m_background, {tr("Save the picture"), fileName(u".png"_s), {tr("PNG (*.png)")}},
        [result = m_result, picture = m_picture](const QString &) -> Result<std::string> {
            const Result<Image> drawn = answeredPicture(*result, *picture);
            if (!drawn)
                return drawn.error();
            return encodePng(*drawn);
        },
        [this](MessageOverlay::Kind kind, const QString &text) { Q_EMIT said(kind, text); });
}

void AnswerExport::copyPicture()
{
    m_background.run(
        this,
        [result = m_result, picture = m_picture]() -> Result<QImage> {
            const Result<Image> drawn = answeredPicture(*result, *picture);
            if (!drawn)
                return drawn.error();
            return asQImage(*drawn);
        },
        [this](const Result<QImage> &drawn) {
            if (!drawn) {
                Q_EMIT said(MessageOverlay::Kind::Error, text(drawn.error().message));
                return;
            }
            QGuiApplication::clipboard()->setImage(*drawn);
            Q_EMIT said(MessageOverlay::Kind::Information, tr("The picture is on the clipboard."));
        });
}

void AnswerExport::saveJson()
{
    saveFile(
        m_page, m_background, {tr("Save the answer"), fileName(u".json"_s), {tr("JSON (*.json)")}},
        [result = m_result](const QString &) -> Result<std::string> {
            return result->run ? predictionJson(wholePrediction(*result))
                               : predictionJson(result->prediction);
        },
        [this](MessageOverlay::Kind kind, const QString &text) { Q_EMIT said(kind, text); });
}

} // namespace warmbench::ui

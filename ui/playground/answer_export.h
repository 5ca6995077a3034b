// Takes an answer elsewhere: the picture that was sent, whole and with the answer drawn on it, or
// the picture that the model made, as a file or on the clipboard; and the answer as the JSON of
// POST /predict. Thread: GUI; pictures are decoded, drawn on and encoded in the background.
#pragma once

#include "ui/playground/prediction_run.h"
#include "ui/widgets/message_overlay.h"

#include <memory>
#include <QList>
#include <QObject>

class QAction;
class QWidget;

namespace warmbench::ui {

class Background;

// At full resolution. Thread: any; takes seconds for a very large picture. Errors are those of
// decodeImage() and drawnAnswer().
Result<Image> answeredPicture(const RunResult &result, const PictureInput &picture);

class AnswerExport : public QObject
{
    Q_OBJECT

public:
    // The dialogs belong to `page`.
    AnswerExport(Background &background, QWidget *page);

    QList<QAction *> pictureActions() const { return {m_savePicture, m_copyPicture}; }
    QAction *jsonAction() const { return m_saveJson; }
    // Without an answer there is nothing to save, and no picture without one that it is about.
    void setAnswer(std::shared_ptr<const RunResult> result, const PictureInput *picture);
    void clear() { setAnswer({}, nullptr); }

Q_SIGNALS:
    void said(warmbench::ui::MessageOverlay::Kind kind, const QString &text);

private:
    void savePicture();
    void copyPicture();
    void saveJson();
    QString fileName(const QString &ending) const;

    Background &m_background;
    QWidget *m_page;
    QAction *m_savePicture;
    QAction *m_copyPicture;
    QAction *m_saveJson;
    std::shared_ptr<const RunResult> m_result;
    std::shared_ptr<const PictureInput> m_picture;
};

} // namespace warmbench::ui

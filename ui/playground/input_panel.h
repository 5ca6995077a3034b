// The input of the selected model: a picture, the fields of a table's row, numbers as text, or a
// file of any of these forms. It shows the form that suits the model; an opened file replaces it
// until it is closed or something else is opened. Thread: GUI.
#pragma once

#include "model/cache/model_cache.h"
#include "ui/playground/opened_input.h"

#include <memory>
#include <QStackedWidget>

class QAction;

namespace warmbench::ui {

class FeatureForm;
class FilePane;
class NumbersForm;
class PictureStage;

class InputPanel : public QStackedWidget
{
    Q_OBJECT

public:
    // `stage` shows pictures, with the answers drawn on them. `actions` open inputs; their buttons
    // are beside the title of each other page.
    InputPanel(PictureStage *stage, const QList<QAction *> &actions, QWidget *parent = nullptr);

    void forgetModel(); // because it is not known yet what the next one takes
    void setModel(const std::string &model, const ModelStatus::Facts &facts);
    bool takesPictures() const { return m_usual == Page::Picture; }
    bool showsFile() const { return page() == Page::File; }

    // Shows the input and says whether the model may run it; if not, the signal `rejected` has said
    // why.
    bool take(OpenedInput input);

    void clearPicture();

    // The body that a run sends; null if there is no picture yet.
    std::shared_ptr<const std::string> body() const;
    // The picture that a run sends; none if it sends anything else.
    std::optional<PictureInput> picture() const;
    // The file that holds exactly what a run sends; empty if there is none.
    QString path() const;
    // The answers of the last run, one a sample, for the rows of a file.
    void setAnswers(const QStringList &answers);
    // The sample whose answer is wanted.
    std::size_t sample() const;
    // The body as a person would write it on a command line; not for pictures.
    QString bodyText() const;

Q_SIGNALS:
    void submitted();
    void edited(); // by hand: the answer that is shown is not about these values
    void sampleChosen(int sample);
    void rejected(const QString &reason);
    void pageChanged();

private:
    enum class Page { Picture, Features, Numbers, File };

    Page page() const { return static_cast<Page>(currentIndex()); }
    void showPage(Page page);
    bool takePicture(PictureInput picture);
    bool takeFile(FileInput file);

    std::string m_model;
    Page m_usual = Page::Picture;
    bool m_onlyNumbers = false; // each cell of a table for this model is a number
    std::optional<PictureInput> m_picture;
    PictureStage *m_stage;
    FeatureForm *m_features;
    NumbersForm *m_numbers;
    FilePane *m_file;
};

} // namespace warmbench::ui

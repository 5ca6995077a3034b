// An answer taken elsewhere from the page Try: its picture saved, copied and on the whole screen,
// and its JSON.
#include "base/file.h"
#include "base/logging.h"
#include "fake_api.h"
#include "inference/answer/prediction_json.h"
#include "inference/body/prediction_body.h"
#include "inference/workbench.h"
#include "painting/drawn_answer.h"
#include "pattern_picture.h"
#include "test_files.h"
#include "ui/background.h"
#include "ui/playground/answer_export.h"
#include "ui/playground/answer_view.h"
#include "ui/playground/picture_stage.h"
#include "ui/playground/playground.h"
#include "ui/widgets/picture_view.h"
#include "ui/widgets/theme.h"

#include <future>
#include <QAbstractButton>
#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QDir>
#include <QFile>
#include <QFileDialog>
#include <QSettings>
#include <QSignalSpy>
#include <QSplitter>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

using namespace Qt::StringLiterals;
using namespace warmbench;

namespace {

constexpr int patience = 20'000;

// Larger than what the view keeps of it, with one box.
constexpr int width = 3000;
constexpr int height = 1000;

ui::PictureInput sent(const Image &image)
{
    ui::PictureInput picture;
    picture.bytes = std::make_shared<const std::string>(*encodePng(image));
    picture.name = u"street.jpg"_s;
    picture.size = {image.width, image.height};
    return picture;
}

std::shared_ptr<const ui::RunResult> oneBox()
{
    ui::RunResult result;
    result.prediction.task = Task::Detection;
    SampleResult sample;
    sample.detections.push_back({0, "cat", 0.9F, 400, 300, 900, 800});
    result.prediction.results.push_back(sample);
    return std::make_shared<const ui::RunResult>(std::move(result));
}

bool same(const QImage &left, const QImage &right)
{
    return left.convertToFormat(QImage::Format_RGB32) ==
           right.convertToFormat(QImage::Format_RGB32);
}

QAction *actionOf(const ui::AnswerExport &pictures, const QString &name)
{
    return pictures.findChild<QAction *>(name);
}

} // namespace

class TestAnswerExport : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void aSavedPictureHasItsFullSizeAndTheAnswer();
    void aCopiedPictureIsTheSame();
    void thePictureOfAnImageModelIsItsOwn();
    void aBrokenPictureSaysSo();
    void aClassifiersPictureStaysAsItIs();
    void thePageOffersItForItsAnswer();
    void theAnswerIsSavedAsTheApiGivesIt();
    void thePictureFillsTheScreenUntilEscape();

private:
    QTemporaryDir m_folder;
};

void TestAnswerExport::initTestCase()
{
    setLogToStandardError(false);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_folder.filePath(u"config"_s));
}

void TestAnswerExport::aSavedPictureHasItsFullSizeAndTheAnswer()
{
    ui::Background background;
    QWidget page;
    ui::AnswerExport pictures(background, &page);
    QSignalSpy said(&pictures, &ui::AnswerExport::said);
    QVERIFY(!actionOf(pictures, u"savePicture"_s)->isEnabled());
    const Image image = patternPicture(width, height);
    const ui::PictureInput picture = sent(image);
    pictures.setAnswer(oneBox(), &picture);
    actionOf(pictures, u"savePicture"_s)->trigger();
    auto *dialog = page.findChild<QFileDialog *>();
    QVERIFY(dialog);
    QVERIFY(dialog->selectedFiles().first().endsWith(u"/street answer.png"_s));
    const QString path = m_folder.filePath(u"saved.png"_s);
    dialog->selectFile(path);
    // Another answer meanwhile changes nothing.
    pictures.clear();
    QMetaObject::invokeMethod(dialog, "accept");
    QTRY_COMPARE_WITH_TIMEOUT(said.size(), 1, patience);
    const QImage saved(path);
    QCOMPARE(saved.size(), QSize(width, height));
    const QImage expected = ui::asQImage(*drawnAnswer(image, oneBox()->prediction.results.front()));
    QVERIFY(same(saved, expected));
    QVERIFY(!same(saved, ui::asQImage(image)));
}

void TestAnswerExport::aCopiedPictureIsTheSame()
{
    ui::Background background;
    QWidget page;
    ui::AnswerExport pictures(background, &page);
    QSignalSpy said(&pictures, &ui::AnswerExport::said);
    const Image image = patternPicture(width, height);
    const ui::PictureInput picture = sent(image);
    pictures.setAnswer(oneBox(), &picture);
    actionOf(pictures, u"copyPicture"_s)->trigger();
    QTRY_COMPARE_WITH_TIMEOUT(said.size(), 1, patience);
    QVERIFY(same(QApplication::clipboard()->image(),
                 ui::asQImage(*drawnAnswer(image, oneBox()->prediction.results.front()))));
}

void TestAnswerExport::thePictureOfAnImageModelIsItsOwn()
{
    ui::RunResult result;
    result.prediction.task = Task::Image;
    result.prediction.results.emplace_back().image = patternPicture(7, 5);
    const auto picture = ui::answeredPicture(result, sent(patternPicture(3, 3)));
    QVERIFY(picture);
    QVERIFY(picture->rgb == patternPicture(7, 5).rgb);
}

void TestAnswerExport::aClassifiersPictureStaysAsItIs()
{
    ui::RunResult result;
    result.prediction.task = Task::Classification;
    result.prediction.results.emplace_back().classes = {{0, "cat", 0.9F}};
    const auto picture = ui::answeredPicture(result, sent(patternPicture(300, 300)));
    QVERIFY(picture);
    QVERIFY(picture->rgb == patternPicture(300, 300).rgb);
}

void TestAnswerExport::aBrokenPictureSaysSo()
{
    ui::Background background;
    QWidget page;
    ui::AnswerExport pictures(background, &page);
    QSignalSpy said(&pictures, &ui::AnswerExport::said);
    ui::PictureInput picture = sent(patternPicture(3, 3));
    picture.bytes = std::make_shared<const std::string>("no picture");
    pictures.setAnswer(oneBox(), &picture);
    actionOf(pictures, u"copyPicture"_s)->trigger();
    QTRY_COMPARE_WITH_TIMEOUT(said.size(), 1, patience);
    QCOMPARE(said[0][0].value<ui::MessageOverlay::Kind>(), ui::MessageOverlay::Kind::Error);
}

// The page over a workbench with the built-in sample, which has answered one picture.
struct Page
{
    Page()
    {
        const QString digits = QString::fromStdString(sampleFile("digits.onnx").string());
        opened = workbench.open(digits.toStdString(), false).has_value();
        whole.addWidget(&playground);
        whole.addWidget(playground.answer());
        whole.resize(960, 600);
        feed.updateNow();
        playground.setModel(u"digits"_s);
    }
    bool answered()
    {
        QSignalSpy finished(&playground, &ui::Playground::finished);
        playground.openInput(QString::fromStdString(sampleFile("three.png").string()));
        return opened && finished.wait(patience);
    }
    QAction *action(const QString &name) const { return playground.findChild<QAction *>(name); }
    // The button that a person clicks.
    QAbstractButton *button(const QString &name) const
    {
        for (auto *each : whole.findChildren<QToolButton *>())
            if (each->defaultAction() == action(name) && each->isVisible())
                return each;
        return nullptr;
    }

    SystemClock clock;
    Workbench workbench{WorkbenchOptions{}, clock};
    FakeApi api;
    ui::WorkbenchFeed feed{workbench};
    ui::Background background;
    QSplitter whole; // as the window places the answer beside the page
    ui::Playground &playground = *new ui::Playground(workbench, feed, api, background, &whole);
    bool opened = false;
};

void TestAnswerExport::thePageOffersItForItsAnswer()
{
    Page page;
    page.whole.show();
    QAction *save = page.action(u"savePicture"_s);
    QAction *copy = page.action(u"copyPicture"_s);
    QAction *json = page.action(u"saveAnswer"_s);
    QVERIFY(!save->isEnabled() && !copy->isEnabled() && !json->isEnabled());
    QVERIFY(page.answered());
    QVERIFY(save->isEnabled() && copy->isEnabled() && json->isEnabled());
    for (const ui::Theme theme : {ui::Theme::Light, ui::Theme::Dark}) {
        ui::applyTheme(theme);
        QTest::qWait(0);
        page.whole.grab().save(
            QDir::temp().filePath(u"answer_export_%1.png"_s.arg(ui::themeName(theme))));
    }
    QSignalSpy said(&page.playground, &ui::Playground::said);
    QAbstractButton *button = page.button(u"copyPicture"_s);
    QVERIFY(button);
    button->setFocus();
    QTest::keyClick(button, Qt::Key_Space);
    QTRY_COMPARE_WITH_TIMEOUT(said.size(), 1, patience);
    QVERIFY(same(QApplication::clipboard()->image(),
                 QImage(QString::fromStdString(sampleFile("three.png").string()))));
    page.playground.setModel({});
    QVERIFY(!save->isEnabled() && !copy->isEnabled() && !json->isEnabled());
}

// Times apart, byte for byte what a client gets for the same picture.
void TestAnswerExport::theAnswerIsSavedAsTheApiGivesIt()
{
    Page page;
    QVERIFY(page.answered());
    page.action(u"saveAnswer"_s)->trigger();
    auto *dialog = page.playground.findChild<QFileDialog *>();
    QVERIFY(dialog);
    QVERIFY(dialog->selectedFiles().first().endsWith(u"/three answer.json"_s));
    const QString path = m_folder.filePath(u"saved.json"_s);
    dialog->selectFile(path);
    QSignalSpy said(&page.playground, &ui::Playground::said);
    QMetaObject::invokeMethod(dialog, "accept");
    QTRY_COMPARE_WITH_TIMEOUT(said.size(), 1, patience);
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const std::string saved = file.readAll().toStdString();

    const auto body = readFile(sampleFile("three.png").string(), mebibytes(1));
    InferenceRequest request;
    request.model.name = "digits";
    request.decode = *bodyDecoder(std::make_shared<const std::string>(*body));
    request.answer.resultsSuffice = true;
    std::promise<Result<Prediction>> promise;
    page.workbench.predict(std::move(request), [&](Result<Prediction> prediction) {
        promise.set_value(std::move(prediction));
    });
    auto answer = promise.get_future().get();
    QVERIFY(answer);
    answer->cache = CacheOutcome::Miss; // the window's run has loaded the model
    const std::string served = predictionJson(*answer);
    const auto timeless = [](const std::string &json) {
        return QByteArray::fromStdString(json.substr(0, json.find("\"timings_ms\"")));
    };
    QVERIFY(served.find("\"timings_ms\"") != std::string::npos);
    QCOMPARE(timeless(saved), timeless(served));
}

void TestAnswerExport::thePictureFillsTheScreenUntilEscape()
{
    Page page;
    page.whole.show();
    QVERIFY(!page.action(u"fullScreen"_s)->isEnabled());
    QVERIFY(page.answered());
    auto *stage = page.playground.findChild<ui::PictureStage *>();
    auto *view = stage->findChild<ui::PictureView *>();
    const QSize before = view->size();
    view->setFocus();
    for (const Qt::Key leaves : {Qt::Key_Escape, Qt::Key_F11}) {
        QVERIFY(QTest::qWaitForWindowActive(&page.whole));
        QTest::keyClick(view, Qt::Key_F11);
        auto *screen = page.playground.findChild<QWidget *>(u"fullScreenWindow"_s);
        QVERIFY(screen);
        QVERIFY(screen->isFullScreen());
        QCOMPARE(view->window(), screen);
        QTRY_VERIFY(view->width() > before.width() || view->height() > before.height());
        QVERIFY(QTest::qWaitForWindowActive(screen));
        QTest::keyClick(view, Qt::Key_2);
        QVERIFY(!view->isVisible()); // what the network saw stands in its place
        QTest::keyClick(screen, Qt::Key_1);
        QTRY_VERIFY(view->isVisible());
        view->setFocus();
        QTest::keyClick(view, leaves);
        QCOMPARE(view->window(), static_cast<QWidget *>(&page.whole));
        QTRY_COMPARE(view->size(), before);
        QTRY_VERIFY(!page.playground.findChild<QWidget *>(u"fullScreenWindow"_s));
    }
}

QTEST_MAIN(TestAnswerExport)
#include "tst_answer_export.moc"

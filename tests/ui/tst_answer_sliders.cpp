// The sliders beside an answer: what they say is decoded from the outputs at hand, goes back with a
// double click or Reset, and is kept by the model on demand.
#include "base/file.h"
#include "inference/answer/prediction_json.h"
#include "test_files.h"
#include "ui/playground/answer_view.h"
#include "ui/playground/playground.h"
#include "ui/playground/prediction_run.h"
#include "ui/widgets/theme.h"
#include "window_fixture.h"

#include <future>
#include <QAction>
#include <QDir>
#include <QDoubleSpinBox>
#include <QSignalSpy>
#include <QSlider>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace warmbench;

// Its detector finds four faces with scores of 90, 80, 70 and 60 % in any picture.
class TestAnswerSliders : public WindowFixture
{
    Q_OBJECT

private Q_SLOTS:
    void aMovedSliderDecodesTheOutputsAtHand();
    void theModelsOwnValueComesBack();
    void whatIsKeptBelongsToTheModel();
    void aClassifierShowsAsManyClassesAsAsked();
    void anEvictedModelRunsAgain();
    void anAnswerDecodedAgainIsWhole();

private:
    void runFaces();
    QDoubleSpinBox *box(const char *name) const
    {
        return part<QDoubleSpinBox>(QString::fromLatin1(name));
    }
    void type(QDoubleSpinBox *box, const QString &value) const
    {
        box->setFocus();
        box->selectAll();
        QTest::keyClicks(box, value);
        QTest::keyClick(box, Qt::Key_Return);
    }
    QString caption() const { return m_window->findChild<ui::AnswerView *>()->caption(); }
    ModelView model(const char *name) const { return *m_workbench->model({name, {}}); }
};

void TestAnswerSliders::runFaces()
{
    const QString path = m_folder->filePath(u"faces.onnx"_s);
    QVERIFY(QFile::copy(QString::fromStdString(testModel("ultralytics/four_faces.onnx").string()),
                        path));
    m_window->openPaths({path});
    QTRY_COMPARE_WITH_TIMEOUT(part<QLabel>(u"modelName"_s)->text(), u"faces"_s, patience);
    runPicture("three.png");
    QTRY_VERIFY_WITH_TIMEOUT(caption().startsWith(u"4 found"_s), patience);
}

void TestAnswerSliders::aMovedSliderDecodesTheOutputsAtHand()
{
    runFaces();
    const auto before = model("faces").status;
    const QString outcomeBefore = outcome();
    QVERIFY(!part<QWidget>(u"bestBox"_s)->isVisible());
    type(box("scoreBox"), u"0.75"_s);
    QTRY_VERIFY2_WITH_TIMEOUT(caption().startsWith(u"2 found"_s), qPrintable(caption()), patience);
    // With the keys, as without a mouse.
    auto *slider = part<QSlider>(u"scoreSlider"_s);
    QCOMPARE(slider->value(), 75);
    slider->setFocus();
    QTest::keyClick(slider, Qt::Key_PageUp);
    QTRY_VERIFY_WITH_TIMEOUT(caption().startsWith(u"1 found"_s), patience);
    QCOMPARE(box("scoreBox")->value(), 0.85);
    const auto after = model("faces").status;
    QCOMPARE(after.hits, before.hits);
    QCOMPARE(after.misses, before.misses);
    QCOMPARE(outcome(), outcomeBefore);
    for (const ui::Theme theme : {ui::Theme::Light, ui::Theme::Dark}) {
        ui::applyTheme(theme);
        QTest::qWait(0);
        m_window->grab().save(
            QDir::temp().filePath(u"answer_sliders_%1.png"_s.arg(ui::themeName(theme))));
    }
}

void TestAnswerSliders::theModelsOwnValueComesBack()
{
    runFaces();
    auto *reset = part<QAction>(u"resetSliders"_s);
    const double own = box("scoreBox")->value();
    QVERIFY(!reset->isEnabled());
    type(box("scoreBox"), u"0.75"_s);
    QTRY_VERIFY_WITH_TIMEOUT(caption().startsWith(u"2 found"_s), patience);
    QVERIFY(reset->isEnabled());
    reset->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(caption().startsWith(u"4 found"_s), patience);
    QCOMPARE(box("scoreBox")->value(), own);
    QVERIFY(!reset->isEnabled());
    type(box("scoreBox"), u"0.75"_s);
    QTRY_VERIFY_WITH_TIMEOUT(caption().startsWith(u"2 found"_s), patience);
    QTest::mouseDClick(part<QSlider>(u"scoreSlider"_s), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(caption().startsWith(u"4 found"_s), patience);
    QCOMPARE(box("scoreBox")->value(), own);
}

void TestAnswerSliders::whatIsKeptBelongsToTheModel()
{
    runFaces();
    type(box("scoreBox"), u"0.75"_s);
    type(box("overlapBox"), u"0.35"_s);
    QTRY_VERIFY_WITH_TIMEOUT(caption().startsWith(u"2 found"_s), patience);
    part<QAction>(u"keepSliders"_s)->trigger();
    const auto decoder = [this] { return model("faces").status.facts->settings.decoder; };
    QTRY_COMPARE_WITH_TIMEOUT(decoder()->scoreThreshold, 0.75, patience);
    QCOMPARE(decoder()->nmsThreshold, 0.35);
    QTRY_VERIFY_WITH_TIMEOUT(!part<QAction>(u"keepSliders"_s)->isEnabled(), patience);
    QCOMPARE(box("scoreBox")->value(), 0.75);
    QTRY_VERIFY_WITH_TIMEOUT(caption().startsWith(u"2 found"_s), patience);
}

void TestAnswerSliders::aClassifierShowsAsManyClassesAsAsked()
{
    openSample();
    runPicture("three.png");
    QTRY_COMPARE_WITH_TIMEOUT(caption(), u"Best 5, by score · digits"_s, patience);
    QVERIFY(!part<QWidget>(u"scoreBox"_s)->isVisible());
    type(box("bestBox"), u"2"_s);
    QTRY_COMPARE_WITH_TIMEOUT(caption(), u"Best 2, by score · digits"_s, patience);
    part<QAction>(u"keepSliders"_s)->trigger();
    QTRY_COMPARE_WITH_TIMEOUT(model("digits").status.facts->settings.output.topK.value_or(5), 2,
                              patience);
}

void TestAnswerSliders::anEvictedModelRunsAgain()
{
    runFaces();
    std::promise<void> gone;
    m_workbench->cache().unload({"faces", {}}, [&](const Result<void> &) { gone.set_value(); });
    gone.get_future().wait();
    const auto before = model("faces").status.misses;
    type(box("scoreBox"), u"0.75"_s);
    QTRY_VERIFY_WITH_TIMEOUT(caption().startsWith(u"2 found"_s), patience);
    QVERIFY(model("faces").status.misses > before);
}

// As the API answers with the same options.
void TestAnswerSliders::anAnswerDecodedAgainIsWhole()
{
    runFaces();
    const auto run = [this](const AnswerOptions &options) {
        std::promise<Result<ui::RunResult>> promise;
        const auto bytes = readFile(sample("three.png").toStdString(), mebibytes(1));
        ui::startRun(*m_workbench,
                     {"faces", std::make_shared<const std::string>(*bytes), options, {}},
                     [&](Result<ui::RunResult> result) { promise.set_value(std::move(result)); });
        return std::make_shared<const ui::RunResult>(*promise.get_future().get());
    };
    const AnswerOptions options{0.75, {}, {}};
    const auto wanted = run(options);
    const auto again = ui::decodedAgain(*m_workbench, run({}), options);
    QVERIFY(again);
    QVERIFY(again->prediction.outputs.empty()); // they are those of the run
    const auto timeless = [](const std::string &json) {
        return QByteArray::fromStdString(json.substr(0, json.find("\"timings_ms\"")));
    };
    QCOMPARE(timeless(predictionJson(ui::wholePrediction(*again))),
             timeless(predictionJson(wanted->prediction)));
    QCOMPARE(again->phrases, wanted->phrases);
}

QTEST_MAIN(TestAnswerSliders)
#include "tst_answer_sliders.moc"

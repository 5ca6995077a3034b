// Letterboxes as Ultralytics and YOLOX make them, computed by OpenCV from Python.
#include "pattern_picture.h"
#include "tensor/preprocessing.h"
#include "test_files.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <QProcess>
#include <QTest>

using namespace warmbench;

namespace {

constexpr int pythonLacksOpenCv = 77; // exit code of letterbox_reference.py

} // namespace

class TestLetterbox : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theyEqualTheFrameworks()
    {
        QProcess python;
        const auto script = sourceFile("tests/core/tensor/letterbox_reference.py");
        python.start(QString::fromStdString(testPython().string()),
                     {QString::fromStdString(script.string())});
        QVERIFY(python.waitForFinished(120'000));
        if (python.exitCode() == pythonLacksOpenCv)
            QSKIP("Python has no OpenCV to compare with; install python3-opencv.");
        QVERIFY2(python.exitCode() == 0, python.readAllStandardError().constData());
        const QByteArray told = python.readAllStandardOutput();
        int cases = 0;
        int largest = 0;
        for (qsizetype at = 0; at < told.size(); ++cases) {
            std::array<std::int32_t, 5> head{};
            std::memcpy(head.data(), told.constData() + at, sizeof(head));
            at += qsizetype(sizeof(head));
            Preprocessing how;
            how.resize = ResizeMode::Letterbox;
            how.padPosition = head[0] == 0 ? PadPosition::Centre : PadPosition::End;
            how.width = head[3];
            how.height = head[4];
            how.layout = Layout::Nhwc;
            how.antialias = false;
            how.scale = 1;
            const auto made = preprocess(patternPicture(head[1], head[2]), how);
            QVERIFY2(made.has_value(), made ? "" : made.error().message.c_str());
            const auto pixels = made->tensor.values<float>();
            for (std::size_t i = 0; i < pixels.size(); ++i) {
                const int expected = static_cast<std::uint8_t>(told[at + qsizetype(i)]);
                largest = std::max(largest, std::abs(int(std::lround(pixels[i])) - expected));
            }
            at += qsizetype(pixels.size());
            QVERIFY2(largest <= 1, qPrintable(QStringLiteral("%1 x %2 into %3 x %4: %5")
                                                  .arg(head[1])
                                                  .arg(head[2])
                                                  .arg(head[3])
                                                  .arg(head[4])
                                                  .arg(largest)));
        }
        QCOMPARE(cases, 200);
    }
};

QTEST_GUILESS_MAIN(TestLetterbox)
#include "tst_letterbox.moc"

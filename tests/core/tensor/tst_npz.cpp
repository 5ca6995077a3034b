// .npz files as numpy writes them, and hostile ones.
#include "base/file.h"
#include "make_tensor.h"
#include "tensor/npz.h"
#include "test_files.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

using namespace warmbench;

class TestNpz : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_folder;

    Result<std::vector<NamedTensor>> read(const std::string &name, const UnpackCheck &check = {})
    {
        const auto content = readFile(
            m_folder.filePath(QString::fromStdString(name + ".npz")).toStdString(), mebibytes(16));
        if (!content)
            return content.error();
        return readNpz(std::as_bytes(std::span<const char>(*content)), check);
    }

private Q_SLOTS:
    void initTestCase()
    {
        QProcess python;
        const auto script = sourceFile("tests/core/tensor/npz_reference.py");
        python.start(QString::fromStdString(testPython().string()),
                     {QString::fromStdString(script.string()), m_folder.path()});
        QVERIFY(python.waitForFinished(60'000));
        QVERIFY2(python.exitCode() == 0, python.readAllStandardError().constData());
    }

    void whatNumpyWritesIsRead_data()
    {
        QTest::addColumn<std::string>("file");
        for (const char *name : {"stored", "packed", "commented"})
            QTest::newRow(name) << std::string(name);
    }
    void whatNumpyWritesIsRead()
    {
        QFETCH(std::string, file);
        const auto tensors = read(file);
        QVERIFY2(tensors.has_value(), tensors ? "" : tensors.error().message.c_str());
        QCOMPARE(tensors->size(), std::size_t(2));
        QCOMPARE(tensors->at(0).name, std::string("x"));
        QVERIFY(tensors->at(0).tensor == tensorOf({2, 3}, {0, 0.25F, 0.5F, 0.75F, 1, 1.25F}));
        QCOMPARE(tensors->at(1).name, std::string("dense/out:0"));
        QVERIFY(tensors->at(1).tensor == tensorOf<std::int64_t>({2}, {3, -2}));
    }

    void anEmptyOneHoldsNothing()
    {
        const auto tensors = read("empty");
        QVERIFY(tensors.has_value());
        QVERIFY(tensors->empty());
    }

    void damagedAndLyingFilesAreRefused_data()
    {
        QTest::addColumn<std::string>("file");
        QTest::addColumn<std::string>("word");
        const auto row = [](const char *file, const char *word) {
            QTest::newRow(file) << std::string(file) << std::string(word);
        };
        row("cut", "cut off");
        row("text", "readme.txt");
        row("twice", "twice");
        row("other", "method 12");
        row("no_npy", "a.npy");
        row("lies_larger", "1 GiB");
        row("lies_ratio", "of another size");
        row("lies_smaller", "damaged");
        row("elsewhere", "outside of itself");
        row("encrypted", "encrypted");
        row("directory_beyond", "beyond its end");
        row("counts_more", "damaged directory");
        row("flipped", "checksum");
        row("flipped_packed", "damaged");
    }
    void damagedAndLyingFilesAreRefused()
    {
        QFETCH(std::string, file);
        QFETCH(std::string, word);
        const auto tensors = read(file);
        QVERIFY(!tensors.has_value());
        QVERIFY(tensors.error().code == ErrorCode::InvalidArgument);
        QVERIFY2(tensors.error().message.find(word) != std::string::npos,
                 tensors.error().message.c_str());
    }

    void theCallerHearsHowMuchItUnpacksTo()
    {
        std::size_t told = 0;
        const auto refused = read("packed", [&](std::size_t bytes) -> Result<void> {
            told = bytes;
            return Error{ErrorCode::ResourceExhausted, "no room"};
        });
        QVERIFY(!refused.has_value());
        QCOMPARE(refused.error().message, std::string("no room"));
        QCOMPARE(told, std::size_t(2 * 128 + 6 * 4 + 2 * 8)); // two headers and the numbers
    }

    void anyCutIsRefused()
    {
        const auto content =
            readFile(m_folder.filePath(QStringLiteral("packed.npz")).toStdString(), mebibytes(16));
        QVERIFY(content.has_value());
        for (std::size_t size = 0; size < content->size(); ++size) {
            const std::string part = content->substr(0, size); // so that sanitizers see its end
            QVERIFY(!readNpz(std::as_bytes(std::span<const char>(part))).has_value());
        }
    }
};

QTEST_GUILESS_MAIN(TestNpz)
#include "tst_npz.moc"

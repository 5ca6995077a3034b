#include "window_fixture.h"

#include "base/file.h"
#include "base/logging.h"
#include "test_files.h"

#include <QApplication>
#include <QDropEvent>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QListView>
#include <QMimeData>
#include <QSettings>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace warmbench;

namespace {

void copySample(const QString &folder, std::initializer_list<const char *> names)
{
    for (const char *name : names)
        QFile::copy(QString::fromStdString(sampleFile(name).string()),
                    folder + u'/' + QString::fromLatin1(name));
}

} // namespace

void WindowFixture::initTestCase()
{
    setLogToStandardError(false);
}

void WindowFixture::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_folder->filePath(u"config"_s));
    copySample(m_folder->path(),
               {"digits.onnx", "digits.warmbench.json", "digits.labels.txt", "three.png",
                "zero.png", "seven.png", "iris.onnx", "iris.warmbench.json", "iris.labels.txt",
                "setosa.json", "versicolor.json", "virginica.json"});
    m_workbench = std::make_unique<Workbench>(WorkbenchOptions{}, m_clock);
    m_api = std::make_unique<FakeApi>();
    makeWindow();
}

void WindowFixture::cleanup()
{
    m_window.reset();
    m_workbench.reset();
    m_api.reset();
}

void WindowFixture::makeWindow()
{
    m_window = std::make_unique<ui::MainWindow>(*m_workbench, *m_api);
    m_window->setSampleFolder(m_folder->path());
    m_window->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
}

void WindowFixture::openSample()
{
    m_window->trySample();
    QTRY_COMPARE_WITH_TIMEOUT(part<QListView>(u"modelList"_s)->model()->rowCount(), 2, patience);
    select(u"digits"_s);
}

void WindowFixture::dropGoldenAnswers() const
{
    for (const char *name : {"digits.warmbench.json", "iris.warmbench.json"}) {
        QFile file(sample(name));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QJsonObject settings = QJsonDocument::fromJson(file.readAll()).object();
        settings.remove(u"golden"_s);
        written(QString::fromLatin1(name), QJsonDocument(settings).toJson().toStdString());
    }
}

void WindowFixture::select(const QString &model)
{
    auto *list = part<QListView>(u"modelList"_s);
    for (int row = 0; row < list->model()->rowCount(); ++row)
        if (list->model()->index(row, 0).data().toString() == model)
            list->setCurrentIndex(list->model()->index(row, 0));
    QTRY_COMPARE_WITH_TIMEOUT(part<QLabel>(u"modelName"_s)->text(), model, patience);
}

QString WindowFixture::stateOf(const QString &model) const
{
    const QAbstractItemModel *models = part<QListView>(u"modelList"_s)->model();
    for (int row = 0; row < models->rowCount(); ++row)
        if (models->index(row, 0).data().toString() == model)
            return models->index(row, 1).data().toString();
    return {};
}

void WindowFixture::runPicture(const char *name)
{
    m_window->openPaths({sample(name)});
    QTRY_VERIFY_WITH_TIMEOUT(!outcome().isEmpty(), patience);
}

void WindowFixture::drop(const QList<QUrl> &urls)
{
    QMimeData data;
    if (urls.isEmpty())
        data.setText(u"words"_s);
    else
        data.setUrls(urls);
    // A drop goes to whom the drag has entered.
    QDragEnterEvent enter(QPoint(50, 50), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(m_window.get(), &enter);
    QVERIFY(enter.isAccepted());
    QDropEvent event(QPointF(50, 50), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(m_window.get(), &event);
}

QUrl WindowFixture::written(const QString &name, const std::string &content) const
{
    const QString path = m_folder->filePath(name);
    return writeFile(path.toStdString(), content) ? QUrl::fromLocalFile(path) : QUrl();
}

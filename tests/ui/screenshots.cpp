// Takes pictures of the window in all its states: screenshots FOLDER [light|dark] [MODELS FOLDER].
// The platform plugin and QT_SCALE_FACTOR say how; packaging/screenshots.sh calls it.
#include "fake_api.h"
#include "inference/workbench.h"
#include "ui/api/api_page.h"
#include "ui/compare/compare_page.h"
#include "ui/network/network_page.h"
#include "ui/settings.h"
#include "ui/widgets/theme.h"
#include "ui/window/main_window.h"

#include <atomic>
#include <cstdio>
#include <QAction>
#include <QApplication>
#include <QDialog>
#include <QDir>
#include <QElapsedTimer>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPainter>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSettings>
#include <QTableView>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QToolButton>
#include <QTreeView>
#include <QTreeWidget>
#include <thread>

using namespace Qt::StringLiterals;
using namespace warmbench;

namespace {

constexpr const char *otherNames = R"({"task": "classification",
 "labels": ["0", "1", "2", "drei", "4", "5", "6", "7", "8", "9"],
 "input": {"name": "input", "height": 8, "width": 8, "channels": "gray", "layout": "NCHW",
           "resize": "stretch", "antialias": true, "scale": "1/255", "mean": [0], "std": [1]},
 "output": {"primary": "logits", "activation": "softmax"}})";

class Photographer
{
public:
    Photographer(const QDir &folder, QString suffix)
        : m_folder(folder)
        , m_suffix(std::move(suffix))
    {
    }

    void take(QWidget &widget, const QString &name) const
    {
        settle(400);
        const QString path = m_folder.filePath(name + m_suffix + u".png"_s);
        if (!widget.grab().save(path))
            std::fprintf(stderr, "%s cannot be written.\n", qPrintable(path));
    }

    static void settle(int milliseconds)
    {
        QElapsedTimer timer;
        timer.start();
        while (timer.elapsed() < milliseconds)
            QApplication::processEvents(QEventLoop::AllEvents, 20);
    }

private:
    QDir m_folder;
    QString m_suffix;
};

void unpack(const QDir &folder)
{
    for (const QString &name : QDir(u":/sample"_s).entryList(QDir::Files))
        QFile::copy(u":/sample/"_s + name, folder.filePath(name));
}

void write(const QDir &folder, const QString &name, const QByteArray &content)
{
    QFile file(folder.filePath(name));
    if (file.open(QIODevice::WriteOnly))
        file.write(content);
}

QByteArray rowsOf(int columns, int rows)
{
    QByteArray text;
    for (int i = 0; i < columns * rows; ++i)
        text += QByteArray::number(i % 17) + ((i + 1) % columns == 0 ? '\n' : ',');
    return text;
}

void select(const ui::MainWindow &window, const QString &model)
{
    auto *list = window.findChild<QListView *>(u"modelList"_s);
    for (int row = 0; row < list->model()->rowCount(); ++row)
        if (list->model()->index(row, 0).data().toString() == model)
            list->setCurrentIndex(list->model()->index(row, 0));
    Photographer::settle(300);
}

// Clients beside the window, busier in waves, so that the charts have something to show.
class Clients
{
public:
    Clients(Workbench &workbench, const std::string &model, std::size_t inputs)
        : m_thread([&workbench, model, inputs, this] { work(workbench, model, inputs); })
    {
    }
    ~Clients()
    {
        m_stop = true;
        m_thread.join();
    }

private:
    void work(Workbench &workbench, const std::string &model, std::size_t inputs)
    {
        for (int round = 0; !m_stop; ++round) {
            InferenceRequest request;
            request.model = {model, {}};
            request.decode = [inputs](const ModelBundle &,
                                      RunControl &) -> Result<InferenceInputs> {
                const std::vector<float> zeros(inputs, 0.5F);
                Result<Tensor> tensor =
                    Tensor::fromValues<float>({std::int64_t(inputs)}, std::span(zeros));
                if (!tensor)
                    return tensor.error();
                return InferenceInputs(SampleInputs{std::move(*tensor)});
            };
            workbench.predict(std::move(request), [](const Result<Prediction> &) {});
            std::this_thread::sleep_for(std::chrono::milliseconds(4 + (round / 300 % 4) * 6));
        }
    }

    std::atomic<bool> m_stop{false};
    std::thread m_thread;
};

// One model with its own names of classes and with other ones, on pictures of all digits.
void photographCompare(ui::MainWindow &window, const Photographer &photographer, const QDir &sample)
{
    write(sample, u"other.json"_s, otherNames);
    auto *page = window.findChild<ui::ComparePage *>();
    page->setSides(u"digits"_s, u"digits"_s);
    page->findChild<QLineEdit *>(u"settingsB"_s)->setText(sample.filePath(u"other.json"_s));
    page->setInputs({sample.path()});
    page->compareAction()->trigger();
    Photographer::settle(1500);
    page->findChild<QTableView *>(u"comparedInputs"_s)->selectRow(7);
    photographer.take(window, u"compare"_s);
    window.findChild<QTabWidget *>(u"pages"_s)->setCurrentIndex(0);
}

// What a notebook without the division by 255 gives is not found, and shown by its distance.
void photographMatch(ui::MainWindow &window, const Photographer &photographer)
{
    window.findChild<QAction *>(u"matchNotebook"_s)->trigger();
    Photographer::settle(200);
    auto *sheet = window.findChild<QDialog *>(u"matchSheet"_s);
    sheet->findChild<QPlainTextEdit *>()->setPlainText(u"[-1, 2, 1, 14, 3, 2, -8, 1, 4, 1]"_s);
    sheet->findChild<QPushButton *>(u"matchButton"_s)->click();
    Photographer::settle(2000);
    photographer.take(*sheet, u"match"_s);
    sheet->reject();
}

// The API's page and the requests of some clients.
void photographApi(ui::MainWindow &window, const Photographer &photographer, FakeApi &api)
{
    auto *pages = window.findChild<QTabWidget *>(u"pages"_s);
    pages->setCurrentWidget(window.findChild<ui::ApiPage *>());
    window.findChild<QAction *>(u"showRequests"_s)->trigger();
    std::vector<ui::ServedRequest> requests;
    for (int i = 0; i < 12; ++i) {
        ui::ServedRequest request;
        request.time = std::chrono::system_clock::now() - std::chrono::seconds(12 - i);
        request.client = "127.0.0.1";
        request.method = "POST";
        request.path = i == 7 ? "/predict/digit" : "/predict/iris";
        request.status = i == 7 ? 404 : 200;
        request.model = i == 7 ? "" : "iris";
        request.cache = i == 7 ? "" : i == 0 ? "miss" : "hit";
        request.sentence = i == 7 ? "There is no model \"digit\"; did you mean \"digits\"?" : "";
        request.total = std::chrono::microseconds(i == 0 ? 14'200 : 300 + 20 * i);
        if (i != 7)
            request.phases = {request.total * (i == 0 ? 6 : 0) / 10,
                              request.total / 20,
                              request.total / 10,
                              request.total / 20,
                              request.total / 8,
                              request.total / 20};
        request.requestBytes = 42;
        request.responseBytes = i == 7 ? 130 : 811;
        requests.push_back(request);
    }
    api.serve(std::move(requests));
    Photographer::settle(400);
    window.findChild<QTableView *>(u"requestView"_s)->selectRow(0);
    photographer.take(window, u"api"_s);
    pages->setCurrentIndex(0);
    window.findChild<QAction *>(u"showMonitor"_s)->trigger();
}

// The network's nodes with one of them, a tensor, and the graph.
void photographNetwork(ui::MainWindow &window, const Photographer &photographer, int node,
                       const QString &suffix)
{
    auto *pages = window.findChild<QTabWidget *>(u"pages"_s);
    pages->setCurrentWidget(window.findChild<ui::NetworkPage *>());
    auto *nodes = window.findChild<QTreeView *>(u"nodeTree"_s);
    Photographer::settle(800);
    nodes->setCurrentIndex(nodes->model()->index(node, 0));
    photographer.take(window, u"network"_s + suffix);
    auto *details = window.findChild<QTreeWidget *>(u"nodeDetails"_s);
    const auto outputs = details->findItems(u"Outputs"_s, Qt::MatchExactly);
    details->setCurrentItem(outputs.value(0)->child(0));
    QKeyEvent enter(QEvent::KeyPress, Qt::Key_Return, Qt::NoModifier);
    QApplication::sendEvent(details, &enter);
    window.findChild<QToolButton *>(u"showPicture"_s)->click();
    Photographer::settle(2500);
    photographer.take(window, u"network-picture"_s + suffix);
    window.findChild<QToolButton *>(u"showProfile"_s)->click();
    window.findChild<QToolButton *>(u"profileMeasure"_s)->click();
    const auto *save = window.findChild<QToolButton *>(u"profileSave"_s);
    for (int i = 0; i < 100 && !save->isEnabled(); ++i)
        Photographer::settle(300);
    photographer.take(window, u"network-profile"_s + suffix);
    window.findChild<QToolButton *>(u"showList"_s)->click();
    pages->setCurrentIndex(0);
}

// Many models, one with a long name, in the smallest and in a large window.
void photographMany(ui::MainWindow &window, const Photographer &photographer, const QDir &sample)
{
    const QDir many(sample.filePath(u"many"_s));
    many.mkpath(u"."_s);
    for (int i = 0; i < 50; ++i) {
        const QString name =
            i == 3 ? u"a_network_whose_name_tells_all_of_its_hyperparameters_v12_final_2"_s
                   : u"model_%1"_s.arg(i, 2, 10, QChar(u'0'));
        QFile::copy(sample.filePath(u"digits.onnx"_s), many.filePath(name + u".onnx"_s));
    }
    window.openPaths({many.path()});
    Photographer::settle(2500);
    select(window, u"a_network_whose_name_tells_all_of_its_hyperparameters_v12_final_2"_s);
    photographer.take(window, u"many"_s);
    select(window, u"digits"_s);
    window.openPaths({sample.filePath(u"three.png"_s)});
    Photographer::settle(800);
    const QSize usual = window.size();
    window.resize(960, 600);
    photographer.take(window, u"small"_s);
    window.resize(1920, 1080);
    photographer.take(window, u"large"_s);
    window.resize(usual);
}

void photographSample(ui::MainWindow &window, Workbench &workbench,
                      const Photographer &photographer, const QDir &sample, FakeApi &api,
                      int seconds)
{
    window.trySample();
    Photographer::settle(800);
    window.openPaths({sample.filePath(u"three.png"_s)});
    Photographer::settle(800);
    photographer.take(window, u"playground-first"_s);
    photographMatch(window, photographer);
    window.findChild<QAction *>(u"run"_s)->trigger();
    {
        const Clients clients(workbench, "iris", 4);
        Photographer::settle(seconds * 1000);
        window.findChild<QAction *>(u"run"_s)->trigger();
        photographer.take(window, u"playground"_s);
    }
    window.openPaths({sample.filePath(u"three.png"_s), sample.filePath(u"seven.png"_s),
                      sample.filePath(u"zero.png"_s)});
    Photographer::settle(1500);
    photographer.take(window, u"strip"_s);
    window.findChild<QAction *>(u"lookInside"_s)->trigger();
    Photographer::settle(500);
    auto *outputs = window.findChild<QDialog *>(u"outputWindow"_s);
    photographer.take(*outputs, u"raw-outputs"_s);
    outputs->close();
    window.findChild<QAction *>(u"closeStrip"_s)->trigger();
    window.findChild<QPushButton *>(u"measureEngines"_s)->click();
    Photographer::settle(3000);
    photographer.take(window, u"measured"_s);
    select(window, u"iris"_s);
    window.findChild<QAction *>(u"run"_s)->trigger();
    window.findChild<QAction *>(u"showLog"_s)->trigger();
    photographer.take(window, u"table"_s);
    window.findChild<QAction *>(u"showMonitor"_s)->trigger();
    photographCompare(window, photographer, sample);
    photographApi(window, photographer, api);
    select(window, u"digits"_s);
    window.openPaths({sample.filePath(u"three.png"_s)});
    Photographer::settle(800);
    photographNetwork(window, photographer, 0, {});
    write(sample, u"rows.csv"_s, rowsOf(64, 3));
    window.openPaths({sample.filePath(u"rows.csv"_s)});
    Photographer::settle(500);
    photographer.take(window, u"file"_s);
    write(sample, u"mistake.csv"_s, "1,,3\n4,5,6\n");
    window.openPaths({sample.filePath(u"mistake.csv"_s)});
    Photographer::settle(500);
    photographer.take(window, u"file-refused"_s);
}

// A line of text as a picture, and a reader of it.
void photographText(ui::MainWindow &window, const Photographer &photographer, const QDir &models,
                    const QDir &folder)
{
    QImage line(640, 64, QImage::Format_RGB888);
    line.fill(Qt::white);
    QPainter painter(&line);
    QFont font;
    font.setPixelSize(40);
    painter.setFont(font);
    painter.drawText(line.rect(), Qt::AlignCenter, u"Hello Warm 2024"_s);
    painter.end();
    line.save(folder.filePath(u"line.png"_s));
    const QDir reader(folder.filePath(u"reader"_s));
    folder.mkpath(u"reader"_s);
    QFile::copy(models.filePath(u"pp-ocr/ch_PP-OCRv4_rec_infer.onnx"_s),
                reader.filePath(u"reader.onnx"_s));
    QFile::copy(models.filePath(u"pp-ocr/ppocr_keys_v1.txt"_s),
                reader.filePath(u"ppocr_keys_v1.txt"_s));
    window.openPaths({reader.filePath(u"reader.onnx"_s)});
    Photographer::settle(2500);
    window.openPaths({folder.filePath(u"line.png"_s)});
    Photographer::settle(2000);
    photographer.take(window, u"text"_s);
    auto *list = window.findChild<QListView *>(u"modelList"_s);
    list->edit(list->currentIndex());
    photographer.take(window, u"rename"_s);
    list->setFocus();
}

void photographModels(ui::MainWindow &window, const Photographer &photographer, const QDir &models,
                      const QDir &folder)
{
    for (const QString &name : {u"yolox_nano.onnx"_s, u"faces.jpg"_s})
        QFile::copy(models.filePath(name), folder.filePath(name));
    window.openPaths({folder.filePath(u"yolox_nano.onnx"_s)});
    Photographer::settle(1500);
    window.openPaths({folder.filePath(u"faces.jpg"_s)});
    Photographer::settle(1500);
    photographer.take(window, u"detection"_s);
    photographNetwork(window, photographer, 20, u"-detector"_s);
    for (const QString &name : {u"deeplab_v3_257.onnx"_s, u"yunet_s_640_640.onnx"_s}) {
        QFile::copy(models.filePath(name), folder.filePath(name));
        window.openPaths({folder.filePath(name)});
        Photographer::settle(1500);
        window.openPaths({folder.filePath(u"faces.jpg"_s)});
        Photographer::settle(1500);
        photographer.take(window, name.section(u'_', 0, 0));
    }
    auto *page = window.findChild<ui::ComparePage *>();
    page->setSides(u"yolox_nano"_s, u"deeplab_v3_257"_s);
    page->setInputs({folder.filePath(u"faces.jpg"_s)});
    page->compareAction()->trigger();
    Photographer::settle(3000);
    page->findChild<QTableView *>(u"comparedInputs"_s)->selectRow(0);
    Photographer::settle(2000);
    photographer.take(window, u"compare-pictures"_s);
    window.findChild<QTabWidget *>(u"pages"_s)->setCurrentIndex(0);
    photographText(window, photographer, models, folder);
    QFile::copy(models.filePath(u"squeezenet_fp16.onnx"_s), folder.filePath(u"refused.onnx"_s));
    write(folder, u"refused.warmbench.json"_s, R"({"engine": "opencv"})"); // has no float16
    window.openPaths({folder.filePath(u"refused.onnx"_s)});
    Photographer::settle(2500);
    photographer.take(window, u"failed"_s);
    QFile::copy(models.filePath(u"pytorch_super_resolution.onnx"_s),
                folder.filePath(u"larger.onnx"_s));
    window.openPaths({folder.filePath(u"larger.onnx"_s)});
    Photographer::settle(2500);
    window.openPaths({folder.filePath(u"faces.jpg"_s)});
    Photographer::settle(2500);
    photographer.take(window, u"image"_s);
}

} // namespace

int main(int argc, char *argv[])
{
    QApplication application(argc, argv);
    const QStringList arguments = QApplication::arguments();
    if (arguments.size() < 2) {
        std::fprintf(stderr, "usage: screenshots FOLDER [light|dark] [MODELS FOLDER]\n");
        return 2;
    }
    const QString theme = arguments.value(2, u"light"_s);
    const QTemporaryDir temporary;
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, temporary.filePath(u"config"_s));
    ui::write(ui::settings::theme, theme);
    QDir folder(arguments[1]);
    folder.mkpath(u"."_s);
    const QDir sample(temporary.filePath(u"sample"_s));
    sample.mkpath(u"."_s);
    unpack(sample);

    const SystemClock clock;
    WorkbenchOptions options;
    options.cache.budget = mebibytes(512);
    Workbench workbench(options, clock);
    FakeApi api;
    {
        ui::MainWindow window(workbench, api);
        window.setSampleFolder(sample.path());
        window.show();
        const qreal scale = window.devicePixelRatioF();
        const Photographer photographer(folder,
                                        u"-%1-%2"_s.arg(theme).arg(static_cast<int>(scale * 100)));
        photographer.take(window, u"first-run"_s);
        photographSample(window, workbench, photographer, sample, api, scale > 1 ? 6 : 30);
        if (arguments.size() > 3) {
            const QDir detector(temporary.filePath(u"detector"_s));
            detector.mkpath(u"."_s);
            photographModels(window, photographer, QDir(arguments[3]), detector);
        }
        photographMany(window, photographer, sample);
        for (const QString &name : {u"preferences"_s, u"shortcuts"_s, u"about"_s}) {
            window.findChild<QAction *>(name)->trigger();
            auto *dialog = window.findChild<QDialog *>(name + u"Dialog"_s);
            photographer.take(*dialog, name);
            delete dialog;
        }
        window.findChild<QToolButton *>(u"monitorAsTable"_s)->click();
        photographer.take(window, u"monitor-table"_s);
        window.findChild<QToolButton *>(u"monitorAsTable"_s)->click();
        ui::applyTextSize(150);
        photographer.take(window, u"large-text"_s);
    }
    workbench.stop(std::chrono::seconds(2));
    return 0;
}

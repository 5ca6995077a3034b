#include "network_fixture.h"

#include "base/logging.h"
#include "ui/widgets/theme.h"

#include <QSettings>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace warmbench;

void NetworkFixture::initTestCase()
{
    setLogToStandardError(false);
    ui::applyTheme(ui::Theme::Light);
}

void NetworkFixture::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_folder->filePath(u"config"_s));
    m_workbench = std::make_unique<Workbench>(WorkbenchOptions{}, m_clock);
    m_feed = std::make_unique<ui::WorkbenchFeed>(*m_workbench);
    m_background = std::make_unique<ui::Background>();
    m_input = notFound("There is no input yet.");
    m_page = std::make_unique<ui::NetworkPage>(*m_workbench, *m_feed, *m_background,
                                               [this] { return m_input; });
    m_page->resize(700, 560);
}

void NetworkFixture::cleanup()
{
    qputenv("PATH", m_path);
    m_background.reset();
    m_page.reset();
    m_feed.reset();
    m_workbench.reset();
}

void NetworkFixture::open(const std::filesystem::path &file)
{
    const auto opened = m_workbench->open(file, false);
    QVERIFY2(opened.has_value(), opened ? "" : opened.error().message.c_str());
    m_feed->updateNow();
}

void NetworkFixture::show(const QString &model)
{
    m_page->setModel(model);
    m_page->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_page.get()));
    QTRY_VERIFY_WITH_TIMEOUT(tree()->model()->rowCount() > 0, patience);
}

QStringList NetworkFixture::column(int column) const
{
    QStringList cells;
    for (int row = 0; row < tree()->model()->rowCount(); ++row)
        cells << tree()->model()->index(row, column).data().toString();
    return cells;
}

void NetworkFixture::selectNode(int row)
{
    const QRect place = tree()->visualRect(tree()->model()->index(row, 0));
    QTest::mouseClick(tree()->viewport(), Qt::LeftButton, {}, place.center());
}

QTreeWidgetItem *NetworkFixture::detail(const QString &group, const QString &name) const
{
    const auto *details = part<QTreeWidget>(u"nodeDetails"_s);
    for (int i = 0; i < details->topLevelItemCount(); ++i) {
        const QTreeWidgetItem *found = details->topLevelItem(i);
        for (int j = 0; found->text(0) == group && j < found->childCount(); ++j)
            if (found->child(j)->text(0) == name)
                return found->child(j);
    }
    return nullptr;
}

QString NetworkFixture::childText(QTreeWidgetItem *item, const QString &name) const
{
    for (int i = 0; i < item->childCount(); ++i)
        if (item->child(i)->text(0) == name)
            return item->child(i)->text(1);
    return {};
}

void NetworkFixture::picture(const char *name) const
{
    const QString folder = qEnvironmentVariable("WARMBENCH_PICTURES");
    if (folder.isEmpty())
        return;
    for (const ui::Theme theme : {ui::Theme::Dark, ui::Theme::Light}) {
        ui::applyTheme(theme);
        QTest::qWait(300);
        m_page->grab().save(
            u"%1/%2-%3.png"_s.arg(folder, QLatin1StringView(name), ui::themeName(theme)));
    }
}

void NetworkFixture::askFor(const QString &group, const QString &tensor)
{
    auto *details = part<QTreeWidget>(u"nodeDetails"_s);
    QTreeWidgetItem *item = detail(group, tensor);
    QVERIFY(item);
    details->setCurrentItem(item);
    QTest::keyClick(details, Qt::Key_Return);
}

void NetworkFixture::giveInput(std::vector<float> numbers)
{
    m_input = InputDecoder([numbers = std::move(numbers)](const ModelBundle &,
                                                          RunControl &) -> Result<InferenceInputs> {
        auto tensor = Tensor::fromValues<float>({1, std::int64_t(numbers.size())},
                                                std::span<const float>(numbers));
        if (!tensor)
            return tensor.error();
        return InferenceInputs(TensorInputs{{"x", *std::move(tensor)}});
    });
}

std::filesystem::path NetworkFixture::smallNetwork(const char *name) const
{
    OnnxBuilder net(13);
    net.input("x", {-1, 2});
    net.floats("w", {2}, {1, -10});
    net.floats("two", {1}, {2});
    net.node("Add", {"x", "w"}, {"sum"});
    OnnxBuilder::number(net.node("Softmax", {"sum"}, {"soft"}), "axis", 1);
    net.node("Mul", {"soft", "two"}, {"y"});
    net.output("y", {-1, 2});
    return net.save(*m_folder, name);
}

std::filesystem::path NetworkFixture::longNetwork(int count) const
{
    static constexpr const char *operators[] = {"Relu", "Neg", "Abs", "Exp", "Sigmoid"};
    OnnxBuilder net(13);
    net.input("x", {1, 4});
    std::string from = "x";
    for (int i = 0; i < count; ++i) {
        const std::string to = i + 1 < count ? "t" + std::to_string(i) : "y";
        auto *node = net.node(operators[(i * i / 7 + i % 3) % 5], {from.c_str()}, {to.c_str()});
        node->set_name("layer/" + std::to_string(i));
        from = to;
    }
    net.output("y", {1, 4});
    return net.save(*m_folder, "long.onnx");
}

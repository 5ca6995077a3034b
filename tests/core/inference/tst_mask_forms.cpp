// Masks as polygons and as COCO's run lengths, beside what their definitions say.
#include "inference/mask_forms.h"

#include <cmath>
#include <functional>
#include <QTest>

using namespace warmbench;

namespace {

using Inside = std::function<bool(int x, int y)>;

Mask maskOf(int width, int height, const Inside &inside)
{
    Mask mask;
    mask.width = width;
    mask.height = height;
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width;) {
            int end = x;
            while (end < width && inside(end, y))
                ++end;
            if (end > x)
                mask.spans.push_back({y, x, end});
            x = std::max(end, x + 1);
        }
    }
    return mask;
}

// Column by column, beginning with what is outside.
std::vector<std::uint32_t> runsOf(int width, int height, const Inside &inside)
{
    std::vector<std::uint32_t> runs{0};
    bool now = false;
    for (int x = 0; x < width; ++x) {
        for (int y = 0; y < height; ++y) {
            if (inside(x, y) != now) {
                runs.push_back(0);
                now = !now;
            }
            ++runs.back();
        }
    }
    return runs;
}

// Whether a point lies in a polygon, by the crossings of a ray.
bool lies(double x, double y, const std::vector<int> &polygon)
{
    bool within = false;
    const std::size_t count = polygon.size() / 2;
    for (std::size_t i = 0, last = count - 1; i < count; last = i++) {
        const double xi = polygon[2 * i];
        const double yi = polygon[2 * i + 1];
        const double xl = polygon[2 * last];
        const double yl = polygon[2 * last + 1];
        if ((yi > y) != (yl > y) && x < (xl - xi) * (y - yi) / (yl - yi) + xi)
            within = !within;
    }
    return within;
}

} // namespace

class TestMaskForms : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void runLengthsCountColumnByColumn_data()
    {
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        QTest::addColumn<Inside>("inside");
        const auto row = [](const char *name, int width, int height, const Inside &inside) {
            QTest::newRow(name) << width << height << inside;
        };
        row("nothing", 4, 3, [](int, int) { return false; });
        row("everything", 4, 3, [](int, int) { return true; });
        row("first pixel", 4, 3, [](int x, int y) { return x == 0 && y == 0; });
        row("last pixel", 4, 3, [](int x, int y) { return x == 3 && y == 2; });
        row("columns that touch", 5, 4, [](int x, int) { return x == 1 || x == 2; });
        row("lower edge", 5, 4, [](int x, int y) { return y == 3 && x != 2; });
        row("upper and lower edge", 5, 4, [](int, int y) { return y == 0 || y == 3; });
        row("chess", 7, 6, [](int x, int y) { return (x + y) % 2 == 0; });
        row("disc", 40, 30, [](int x, int y) { return std::hypot(x - 20, y - 14) < 11; });
        row("ring", 40, 30, [](int x, int y) {
            const double far = std::hypot(x - 20, y - 14);
            return far < 12 && far > 6;
        });
    }
    void runLengthsCountColumnByColumn()
    {
        QFETCH(int, width);
        QFETCH(int, height);
        QFETCH(Inside, inside);
        QVERIFY(runLengthsOf(maskOf(width, height, inside)) == runsOf(width, height, inside));
    }

    void polygonsFollowTheOutline()
    {
        const auto inside = [](int x, int y) {
            return std::hypot(x - 60, y - 50) < 30 || std::hypot(x - 140, y - 40) < 18;
        };
        const auto polygons = polygonsOf(maskOf(200, 100, inside));
        QCOMPARE(polygons.size(), std::size_t(2));
        double both = 0;
        double either = 0;
        for (int y = 0; y < 100; ++y) {
            for (int x = 0; x < 200; ++x) {
                const bool drawn = lies(x, y, polygons[0]) || lies(x, y, polygons[1]);
                both += drawn && inside(x, y) ? 1 : 0;
                either += drawn || inside(x, y) ? 1 : 0;
            }
        }
        // Outlines go through the middle of the outermost pixels.
        QVERIFY2(both / either > 0.93, qPrintable(QString::number(both / either)));
        QVERIFY(polygons[0].size() < 2 * 120);
    }

    void squaresAreTheirCorners()
    {
        const auto polygons = polygonsOf(
            maskOf(20, 20, [](int x, int y) { return x >= 3 && x <= 9 && y >= 5 && y <= 11; }));
        QCOMPARE(polygons.size(), std::size_t(1));
        QCOMPARE(polygons[0].size(), std::size_t(8));
        for (std::size_t i = 0; i < 8; i += 2) {
            QVERIFY(polygons[0][i] == 3 || polygons[0][i] == 9);
            QVERIFY(polygons[0][i + 1] == 5 || polygons[0][i + 1] == 11);
        }
    }

    void emptyMasksHaveNoPolygons()
    {
        QVERIFY(polygonsOf(maskOf(5, 5, [](int, int) { return false; })).empty());
        QCOMPARE(maskWorkBytes(maskOf(5, 5, [](int, int) { return false; })), std::size_t(0));
    }
};

QTEST_APPLESS_MAIN(TestMaskForms)
#include "tst_mask_forms.moc"

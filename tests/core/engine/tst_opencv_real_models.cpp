#include "engine/engine.h"
#include "engine/onnx_file.h"

#include <cstdlib>
#include <QtTest>
#include <regex>

using namespace warmbench;

namespace {

// Real models made by others lie beside the source tree on some machines only.
std::filesystem::path sharedModels()
{
    if (const char *folder = std::getenv("WARMBENCH_SHARED_MODELS"))
        return folder;
    return {};
}

} // namespace

class TestOpenCvRealModels : public QObject
{
    Q_OBJECT
};

QTEST_APPLESS_MAIN(TestOpenCvRealModels)
#include "tst_opencv_real_models.moc"

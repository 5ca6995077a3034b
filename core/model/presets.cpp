#include "model/presets.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

namespace warmbench {

namespace {

constexpr auto bilinear = Interpolation::Bilinear;
constexpr auto bicubic = Interpolation::Bicubic;
constexpr auto nearestPixel = Interpolation::Nearest;
constexpr auto imageNet = Preset::Numbers::ImageNet;
constexpr auto half = Preset::Numbers::Half;

constexpr std::string_view torchvision = "pytorch/vision:torchvision/transforms/_presets.py";
constexpr std::string_view resnet = "pytorch/vision:torchvision/models/resnet.py";
constexpr std::string_view mobileNet2 = "pytorch/vision:torchvision/models/mobilenetv2.py";
constexpr std::string_view mobileNet3 = "pytorch/vision:torchvision/models/mobilenetv3.py";
constexpr std::string_view inception = "pytorch/vision:torchvision/models/inception.py";
constexpr std::string_view efficientNet = "pytorch/vision:torchvision/models/efficientnet.py";
constexpr std::string_view convNext = "pytorch/vision:torchvision/models/convnext.py";
constexpr std::string_view swin = "pytorch/vision:torchvision/models/swin_transformer.py";
constexpr std::string_view vit = "pytorch/vision:torchvision/models/vision_transformer.py";
constexpr std::string_view timm = "huggingface/pytorch-image-models:timm/data/config.py";
constexpr std::string_view timmResnet = "huggingface/pytorch-image-models:timm/models/resnet.py";
constexpr std::string_view timmMobile =
    "huggingface/pytorch-image-models:timm/models/mobilenetv3.py";
constexpr std::string_view timmEfficient =
    "huggingface/pytorch-image-models:timm/models/efficientnet.py";
constexpr std::string_view timmConvNext =
    "huggingface/pytorch-image-models:timm/models/convnext.py";
constexpr std::string_view timmSwin =
    "huggingface/pytorch-image-models:timm/models/swin_transformer.py";
constexpr std::string_view timmDeit = "huggingface/pytorch-image-models:timm/models/deit.py";
constexpr std::string_view timmBeit = "huggingface/pytorch-image-models:timm/models/beit.py";
constexpr std::string_view timmVit =
    "huggingface/pytorch-image-models:timm/models/vision_transformer.py";
// The modes, and load_img(), which stretches with Pillow's nearest (keras/src/utils/
// image_utils.py).
constexpr std::string_view keras = "keras-team/keras:keras/src/applications/imagenet_utils.py";
constexpr std::string_view caffe = "forresti/SqueezeNet:SqueezeNet_v1.1/train_val.prototxt";

constexpr std::array table{
    Preset{"imagenet", 224, 256, 0, bilinear, imageNet, torchvision},
    Preset{"torchvision/resnet18", 224, 256, 0, bilinear, imageNet, resnet},
    Preset{"torchvision/resnet50_v1", 224, 256, 0, bilinear, imageNet, resnet},
    Preset{"torchvision/resnet50_v2", 224, 232, 0, bilinear, imageNet, resnet},
    Preset{"torchvision/mobilenet_v2_v1", 224, 256, 0, bilinear, imageNet, mobileNet2},
    Preset{"torchvision/mobilenet_v2_v2", 224, 232, 0, bilinear, imageNet, mobileNet2},
    Preset{"torchvision/mobilenet_v3_small", 224, 256, 0, bilinear, imageNet, mobileNet3},
    Preset{"torchvision/mobilenet_v3_large_v1", 224, 256, 0, bilinear, imageNet, mobileNet3},
    Preset{"torchvision/mobilenet_v3_large_v2", 224, 232, 0, bilinear, imageNet, mobileNet3},
    Preset{"torchvision/inception_v3", 299, 342, 0, bilinear, imageNet, inception},
    Preset{"torchvision/efficientnet_b0", 224, 256, 0, bicubic, imageNet, efficientNet},
    Preset{"torchvision/efficientnet_b1_v1", 240, 256, 0, bicubic, imageNet, efficientNet},
    Preset{"torchvision/efficientnet_b1_v2", 240, 255, 0, bilinear, imageNet, efficientNet},
    Preset{"torchvision/efficientnet_b2", 288, 288, 0, bicubic, imageNet, efficientNet},
    Preset{"torchvision/efficientnet_b3", 300, 320, 0, bicubic, imageNet, efficientNet},
    Preset{"torchvision/efficientnet_b4", 380, 384, 0, bicubic, imageNet, efficientNet},
    Preset{"torchvision/efficientnet_b5", 456, 456, 0, bicubic, imageNet, efficientNet},
    Preset{"torchvision/efficientnet_b6", 528, 528, 0, bicubic, imageNet, efficientNet},
    Preset{"torchvision/efficientnet_b7", 600, 600, 0, bicubic, imageNet, efficientNet},
    Preset{"torchvision/efficientnet_v2_s", 384, 384, 0, bilinear, imageNet, efficientNet},
    Preset{"torchvision/efficientnet_v2_m", 480, 480, 0, bilinear, imageNet, efficientNet},
    Preset{"torchvision/efficientnet_v2_l", 480, 480, 0, bicubic, half, efficientNet},
    Preset{"torchvision/convnext_tiny", 224, 236, 0, bilinear, imageNet, convNext},
    Preset{"torchvision/convnext_small", 224, 230, 0, bilinear, imageNet, convNext},
    Preset{"torchvision/convnext_base", 224, 232, 0, bilinear, imageNet, convNext},
    Preset{"torchvision/convnext_large", 224, 232, 0, bilinear, imageNet, convNext},
    Preset{"torchvision/swin_t", 224, 232, 0, bicubic, imageNet, swin},
    Preset{"torchvision/swin_s", 224, 246, 0, bicubic, imageNet, swin},
    Preset{"torchvision/swin_b", 224, 238, 0, bicubic, imageNet, swin},
    Preset{"torchvision/swin_v2_t", 256, 260, 0, bicubic, imageNet, swin},
    Preset{"torchvision/swin_v2_s", 256, 260, 0, bicubic, imageNet, swin},
    Preset{"torchvision/swin_v2_b", 256, 272, 0, bicubic, imageNet, swin},
    Preset{"torchvision/vit_b_16", 224, 256, 0, bilinear, imageNet, vit},
    Preset{"torchvision/vit_b_32", 224, 256, 0, bilinear, imageNet, vit},
    Preset{"torchvision/vit_l_16", 224, 242, 0, bilinear, imageNet, vit},
    Preset{"torchvision/vit_l_32", 224, 256, 0, bilinear, imageNet, vit},
    Preset{"torchvision/vit_h_14", 518, 518, 0, bicubic, imageNet, vit},
    Preset{"torchvision/segmentation", 0, 520, 0, bilinear, imageNet, torchvision},
    // These networks find the size of their pictures themselves.
    Preset{"torchvision/detection", 0, 0, 0, bilinear, Preset::Numbers::Unit, torchvision},
    Preset{"timm/default", 224, 0, 0.875, bicubic, imageNet, timm},
    Preset{"timm/resnet50.a1_in1k", 224, 0, 0.95, bicubic, imageNet, timmResnet},
    Preset{"timm/resnet50.tv_in1k", 224, 0, 0.875, bilinear, imageNet, timmResnet},
    Preset{"timm/mobilenetv3_large_100", 224, 0, 0.875, bicubic, imageNet, timmMobile},
    Preset{"timm/efficientnet_b0", 224, 0, 0.875, bicubic, imageNet, timmEfficient},
    Preset{"timm/tf_efficientnetv2_s", 300, 0, 1.0, bicubic, half, timmEfficient},
    Preset{"timm/convnext_tiny", 224, 0, 0.875, bicubic, imageNet, timmConvNext},
    Preset{"timm/swin_tiny_patch4_window7_224", 224, 0, 0.9, bicubic, imageNet, timmSwin},
    Preset{"timm/deit_base_patch16_224", 224, 0, 0.9, bicubic, imageNet, timmDeit},
    Preset{"timm/beit_base_patch16_224", 224, 0, 0.9, bicubic, half, timmBeit},
    Preset{"timm/vit_base_patch16_224", 224, 0, 0.9, bicubic, half, timmVit},
    Preset{"timm/vit_base_patch16_384", 384, 0, 1.0, bicubic, half, timmVit},
    Preset{"timm/vit_base_patch16_clip_224", 224, 0, 0.9, bicubic, Preset::Numbers::Clip, timmVit},
    Preset{"keras/tf", 224, 0, 0, nearestPixel, half, keras},
    Preset{"keras/caffe", 224, 0, 0, nearestPixel, Preset::Numbers::KerasCaffe, keras},
    Preset{"keras/torch", 224, 0, 0, nearestPixel, imageNet, keras},
    Preset{"keras/none", 224, 0, 0, nearestPixel, Preset::Numbers::Bytes, keras},
    Preset{"caffe", 224, 256, 0, bilinear, Preset::Numbers::Caffe, caffe},
};

void setNumbers(InputSettings &input, double scale, std::vector<double> mean,
                std::vector<double> std)
{
    input.scale = scale;
    input.mean = std::move(mean);
    input.std = std::move(std);
}

} // namespace

int Preset::shorterSideFor(int longer) const
{
    if (shorterSide == 0)
        return static_cast<int>(std::floor(longer / cropShare));
    return longer <= shorterSide
               ? shorterSide
               : static_cast<int>(std::lround(static_cast<double>(longer) * shorterSide / size));
}

InputSettings Preset::input() const
{
    InputSettings input;
    const bool blueFirst = numbers == Numbers::Caffe || numbers == Numbers::KerasCaffe;
    input.channels = blueFirst ? Channels::Bgr : Channels::Rgb;
    if (size > 0) {
        input.width = input.height = size;
        input.resize = crops() ? ResizeMode::Crop : ResizeMode::Stretch;
    } else if (shorterSide > 0) {
        input.resize = ResizeMode::Fit;
        input.shorterSide = shorterSide;
        input.shrink = true;
    }
    input.interpolation = interpolation;
    input.antialias = true;
    switch (numbers) {
    case Numbers::ImageNet:
        setNumbers(input, 1 / 255.0, {0.485, 0.456, 0.406}, {0.229, 0.224, 0.225});
        break;
    case Numbers::Half:
        setNumbers(input, 1 / 255.0, {0.5}, {0.5});
        break;
    case Numbers::Clip: // OPENAI_CLIP_MEAN and _STD of timm/data/constants.py
        setNumbers(input, 1 / 255.0, {0.48145466, 0.4578275, 0.40821073},
                   {0.26862954, 0.26130258, 0.27577711});
        break;
    case Numbers::Unit:
        setNumbers(input, 1 / 255.0, {0}, {1});
        break;
    case Numbers::Bytes:
        setNumbers(input, 1, {0}, {1});
        break;
    case Numbers::Caffe:
        setNumbers(input, 1, {104, 117, 123}, {1});
        break;
    case Numbers::KerasCaffe:
        setNumbers(input, 1, {103.939, 116.779, 123.68}, {1});
        break;
    }
    return input;
}

const Preset *presetNamed(std::string_view name)
{
    const std::string wanted = lowered(name);
    const auto *const found = std::find_if(table.begin(), table.end(),
                                           [&](const Preset &one) { return one.name == wanted; });
    return found == table.end() ? nullptr : found;
}

std::string presetNear(std::string_view name)
{
    const std::string stem = lowered(name) + '_';
    const auto *const version = std::find_if(
        table.begin(), table.end(), [&](const Preset &one) { return one.name.starts_with(stem); });
    return version == table.end() ? nearest(name, presetNames()) : std::string(version->name);
}

std::vector<std::string> presetNames()
{
    std::vector<std::string> names;
    std::transform(table.begin(), table.end(), std::back_inserter(names),
                   [](const Preset &one) { return std::string(one.name); });
    return names;
}

} // namespace warmbench

// A fake model of pictures, and pictures for it. Thread: as FakeSource.
#pragma once

#include "fake_source.h"
#include "make_tensor.h"
#include "tensor/image.h"

#include <memory>
#include <string>

namespace warmbench {

// Takes pictures of 2x2 grey pixels and answers the four values as scores of four classes.
inline FakeModel pictureModel()
{
    FakeModel model;
    model.network.spec =
        networkSpec({tensorSpec("image", {-1, 1, 2, 2})}, {tensorSpec("scores", {-1, 4})});
    model.network.answer = [](std::span<const Tensor> inputs) -> Result<std::vector<Tensor>> {
        Tensor scores = inputs[0];
        if (auto done = scores.reshape({scores.shape()[0], 4}); !done)
            return done.error();
        return std::vector<Tensor>{scores};
    };
    model.input.kind = InputKind::Image;
    model.input.preprocessing.width = 2;
    model.input.preprocessing.height = 2;
    model.input.preprocessing.channels = Channels::Gray;
    model.settings.labels = {"zero", "one", "two", "three"};
    model.settings.task = Task::Classification;
    return model;
}

inline std::string pictureOf(std::uint8_t grey)
{
    Image image;
    image.width = 2;
    image.height = 2;
    image.rgb.assign(12, grey);
    return encodePng(image).value_or(std::string());
}

// "fake", of four numbers, and "picture".
inline std::unique_ptr<FakeSource> fakeAndPicture()
{
    auto source = std::make_unique<FakeSource>();
    source->set("fake");
    source->set("picture", pictureModel());
    return source;
}

} // namespace warmbench

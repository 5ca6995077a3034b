// Tensors, shapes, and what a network says of itself, as packets.
//
// Thread: values; a block of shared memory is used by one thread at a time. What comes from a
// worker is checked as if an enemy had written it. Private to this folder.
#pragma once

#include "engine/engine.h"
#include "engine/worker/packets.h"
#include "engine/worker/shared_block.h"

#include <span>
#include <vector>

namespace warmbench {

// Tensors of more bytes than this, together, go through shared memory.
inline constexpr std::size_t mostSent = 100 * 1024;

void put(PacketWriter &packet, const Error &error);
Error errorFrom(PacketReader &packet);

void put(PacketWriter &packet, std::span<const Shape> shapes);
std::vector<Shape> shapesFrom(PacketReader &packet);

// ResourceExhausted: no memory to share.
Result<void> put(PacketWriter &packet, std::span<const Tensor> tensors, SharedBlock &block);
// Internal: they are none.
Result<std::vector<Tensor>> tensorsFrom(PacketReader &packet, SharedBlock &block);

// What is known of a network that a worker has loaded.
struct LoadedFacts
{
    NetworkSpec spec;
    int concurrency = 1;
    bool batches = false;
    NetworkMeasure measure;
};
void put(PacketWriter &packet, const LoadedFacts &facts);
Result<LoadedFacts> factsFrom(PacketReader &packet);

} // namespace warmbench

#include "ops/filter/graph_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "ops/filter/builder.h"
#include "ops/filter/cut.h"
#include "ops/filter/expression.h"

namespace pantile::filter {
namespace {

/// An image of one channel goes with every channel.
int channel_of(const Graph& image, int channel) { return image.spec().channels == 1 ? 0 : channel; }

std::string plural(int count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

/// Errors: invalid, where `image` cannot stand beside `first`.
Status check_size(std::string_view name, const ImageSpec& first, const ImageSpec& image) {
  const LevelInfo& a = first.levels.front();
  const LevelInfo& b = image.levels.front();
  if (a.width != b.width || a.height != b.height) {
    return Error(Code::invalid,
                 fmt::format("{}: the image has {} x {} pixels and the other {} x {}; they have to "
                             "be of one size",
                             name, a.width, a.height, b.width, b.height));
  }
  const auto go_together = [](std::int64_t m, std::int64_t n) {
    return m == n || m == 1 || n == 1;
  };
  if (!go_together(first.t, image.t) || !go_together(first.z, image.z)) {
    return Error(Code::invalid,
                 fmt::format("{}: the image has {} x {} planes (t, z) and the other {} x {}; they "
                             "have to be as many, or one",
                             name, first.t, first.z, image.t, image.z));
  }
  return {};
}

/// How many channels the result has. Errors: invalid.
Result<int> result_channels(const Call& call, const std::vector<Graph>& inputs) {
  const std::string_view name = call.info->name;
  const int before = inputs.front().spec().channels;
  if (name == "select") {
    for (const double c : call.numbers("channels")) {
      if (c >= before) {
        return Error(Code::invalid, fmt::format("select: there is no channel {}; the image has {}, "
                                                "numbered from 0",
                                                c, plural(before, "channel")));
      }
    }
    return static_cast<int>(call.numbers("channels").size());
  }
  if (name == "merge") {
    int all = 0;
    for (const Graph& image : inputs) {
      all += image.spec().channels;
      const DType found = image.spec().dtype, wanted = inputs.front().spec().dtype;
      if (found != wanted) {
        return Error(Code::invalid, fmt::format("merge: the image has {} and another {}; make them "
                                                "one type with cast",
                                                dtype_name(wanted), dtype_name(found)));
      }
    }
    return all;
  }
  if (name == "expression") {
    PANTILE_ASSIGN(const Expression expression, parse_expression(call.word("formula")));
    if (!expression.bands.empty() && expression.bands.back() >= before) {
      return Error(Code::invalid,
                   fmt::format("expression: there is no b{}; the image has {}, b0 "
                               "to b{}",
                               expression.bands.back(), plural(before, "channel"), before - 1));
    }
    return 1;
  }
  if (name == "hed") {
    if (before == 3) return 3;
    return Error(Code::invalid,
                 fmt::format("hed: a colour image of 3 channels is needed, this one has {}{}",
                             before, before == 4 ? "; put select(0, 1, 2) in front" : ""));
  }
  if (name == "tissue") {
    if (before == 1 || before == 3) return 1;
    return Error(Code::invalid,
                 fmt::format("tissue: an image of colours or of one channel is needed, this one "
                             "has {}{}",
                             before, before == 4 ? "; put select(0, 1, 2) in front" : ""));
  }
  int channels = before;
  for (const Graph& image : inputs) {
    const int found = image.spec().channels;
    // Of a mask or a field no more than the image has.
    const bool may_be_more =
        inputs.size() == 2 && name != "mask" && name != "flatfield" && name != "watershed";
    if (found == channels || found == 1) continue;
    if (channels == 1 && may_be_more) {
      channels = found;
      continue;
    }
    return Error(Code::invalid, fmt::format("{}: the image has {} and the other {}; they have to "
                                            "be as many, or one",
                                            name, plural(channels, "channel"), found));
  }
  return channels;
}

/// The channels' descriptions, where they stay what they were.
std::vector<ChannelInfo> kept_channels(const Call& call, const std::vector<Graph>& inputs) {
  const std::string_view name = call.info->name;
  std::vector<ChannelInfo> all;
  if (name == "select") {
    const std::vector<ChannelInfo>& before = inputs.front().spec().channel_info;
    if (before.empty()) return {};
    for (const double c : call.numbers("channels")) {
      all.push_back(before[static_cast<std::size_t>(c)]);
    }
    return all;
  }
  if (name != "merge") return inputs.front().spec().channel_info;
  for (const Graph& image : inputs) {
    const ImageSpec& spec = image.spec();
    if (spec.channel_info.empty()) return {};
    all.insert(all.end(), spec.channel_info.begin(), spec.channel_info.end());
  }
  return all;
}

/// What viewers are told of the result: colours stay colours, and windows hold, as long as neither
/// the channels nor the type change.
void describe(ImageSpec& spec, const Call& call, const std::vector<Graph>& inputs, bool is_mask) {
  const std::string_view name = call.info->name;
  const ImageSpec& before = inputs.front().spec();
  if (is_mask) {  // seen as black and white
    spec.kind = Kind::mask;
    spec.channel_info.resize(static_cast<std::size_t>(spec.channels));
    for (ChannelInfo& channel : spec.channel_info) {
      channel.window_min = channel.window_start = 0;
      channel.window_max = channel.window_end = 1;
    }
    return;
  }
  if (name == "label" || name == "watershed") {
    spec.kind = Kind::label;
    spec.channel_info.clear();
    return;
  }
  const bool is_changed =
      spec.dtype != before.dtype || name == "expression" || name == "hed" || name == "distance";
  spec.channel_info = is_changed ? std::vector<ChannelInfo>{} : kept_channels(call, inputs);
  if (spec.channel_info.size() != static_cast<std::size_t>(spec.channels)) {
    spec.channel_info.clear();
  }
  std::vector<double> all(static_cast<std::size_t>(before.channels));
  std::iota(all.begin(), all.end(), 0.0);
  const bool is_moved = name == "merge" || (name == "select" && call.numbers("channels") != all);
  const bool is_coloured = spec.kind == Kind::rgb || spec.kind == Kind::rgba;
  if (is_changed || spec.channels != before.channels || (is_moved && is_coloured)) {
    spec.kind = Kind::intensity;  // numbers, no colours or labels any more
  }
}

/// Errors: invalid, where `call` cannot work on such an image.
Status check_kind(const Call& call, const ImageSpec& spec) {
  const std::string_view name = call.info->name;
  if (name == "resize" && spec.kind == Kind::label && call.word("method") != "nearest") {
    return Error(Code::invalid, "resize: labels have nothing between them; use method=nearest");
  }
  if (name != "label" && name != "hysteresis" && name != "watershed") return {};
  if (name == "watershed" && spec.kind == Kind::label) {
    return Error(
        Code::invalid,
        "watershed: the image's samples are labels, expected values, of which low ones are "
        "flooded first");
  }
  const bool is_colour = spec.kind == Kind::rgb || spec.kind == Kind::rgba;
  if (name == "label" && (is_colour || spec.kind == Kind::label)) {
    return Error(Code::invalid,
                 fmt::format("label: the image's samples are {}, expected a mask or values of "
                             "which 0 is the background",
                             kind_name(spec.kind)));
  }
  return {};
}

/// Errors: invalid, where an image cannot be the markers or the mask of a watershed.
Status check_watershed(const std::vector<Graph>& inputs) {
  for (std::size_t i = 1; i < inputs.size(); ++i) {
    const ImageSpec& spec = inputs[i].spec();
    const std::string_view name = i == 1 ? "markers" : "mask";
    if (spec.is_stack()) {
      return Error(Code::invalid,
                   fmt::format("watershed: {} of {} x {} planes (t, z), expected one", name, spec.t,
                               spec.z));
    }
  }
  const ImageSpec& markers = inputs[1].spec();
  const bool is_mask = markers.kind == Kind::mask;
  if (is_mask || dtype_is_float(markers.dtype)) {
    return Error(Code::invalid,
                 fmt::format("watershed: the markers are {}, expected whole numbers that tell them "
                             "apart{}",
                             is_mask ? "a mask" : dtype_name(markers.dtype),
                             is_mask ? ", such as label makes of it" : ""));
  }
  return {};
}

/// The first level of an image that was given another size; its pixels cover the same place.
LevelInfo resized_level(const LevelInfo& from, std::int64_t width, std::int64_t height) {
  LevelInfo made = from;
  made.width = width;
  made.height = height;
  const double x = static_cast<double>(from.width) / static_cast<double>(width);
  const double y = static_cast<double>(from.height) / static_cast<double>(height);
  made.scale = {from.scale.x * x, from.scale.y * y};
  made.offset = {from.offset.x + from.scale.x * (x - 1) / 2,
                 from.offset.y + from.scale.y * (y - 1) / 2};
  return made;
}

}  // namespace

std::vector<PlaneRef> planes_of(const Call& call, const std::vector<Graph>& inputs, int channel) {
  const std::string_view name = call.info->name;
  if (name == "select") {
    return {{0, static_cast<int>(call.numbers("channels")[static_cast<std::size_t>(channel)])}};
  }
  if (name == "merge") {
    int input = 0;
    while (channel >= inputs[static_cast<std::size_t>(input)].spec().channels) {
      channel -= inputs[static_cast<std::size_t>(input++)].spec().channels;
    }
    return {{input, channel}};
  }
  std::vector<PlaneRef> planes;
  if (name == "expression") {
    const auto expression = parse_expression(call.word("formula"));
    if (expression.ok()) {
      for (const int band : expression->bands) planes.push_back({0, band});
    }
    // A formula without channels still needs to know where it is.
    if (planes.empty()) planes.push_back({0, 0});
    return planes;
  }
  const bool takes_all = name == "tissue" && inputs.front().spec().channels == 3;
  if (name == "hed" || takes_all) return {{0, 0}, {0, 1}, {0, 2}};
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    planes.push_back({static_cast<int>(i), channel_of(inputs[i], channel)});
  }
  return planes;
}

int origin_channel(const Graph& graph, const TileSource& image, int channel) {
  if (graph.is_leaf()) return graph.source().get() == &image ? channel : -1;
  const Call& call = graph.call();
  const std::vector<PlaneRef> planes = planes_of(call, graph.inputs(), channel);
  // What looks at several channels of one image; others look at one of each.
  for (std::size_t i = 1; i < planes.size(); ++i) {
    if (planes[i].input == planes[0].input) return -1;
  }
  return origin_channel(graph.inputs()[static_cast<std::size_t>(planes[0].input)], image,
                        planes[0].channel);
}

bool differs_by_channel(const Call& call) { return call.info->name == "hed"; }

Result<ImageSpec> result_spec(const Call& call, const std::vector<Graph>& inputs) {
  const std::size_t wanted = 1 + call.images().size();
  if (inputs.size() != wanted) {
    return Error(Code::invalid,
                 fmt::format("{} works on {} here; {} are given", call.info->name,
                             plural(static_cast<int>(wanted), "image"), inputs.size()));
  }
  const ImageSpec& before = inputs.front().spec();
  ImageSpec spec = before;
  spec.levels = {before.levels.front()};
  for (const Graph& image : inputs) {
    PANTILE_TRY(check_size(call.info->name, spec, image.spec()));
    spec.t = std::max(spec.t, image.spec().t);
    spec.z = std::max(spec.z, image.spec().z);
  }
  if (call.info->name == "watershed" && spec.is_stack()) {
    return Error(Code::invalid, fmt::format("watershed: there are {} x {} planes (t, z); it floods "
                                            "one",
                                            spec.t, spec.z));
  }
  PANTILE_TRY(check_kind(call, before));
  if (call.info->name == "watershed") PANTILE_TRY(check_watershed(inputs));
  PANTILE_ASSIGN(spec.channels, result_channels(call, inputs));
  if (call.info->name == "resize") {
    PANTILE_ASSIGN(const auto size, resized(call, before.levels.front()));
    spec.levels = {resized_level(before.levels.front(), size.first, size.second)};
  }
  // What is built of one channel tells the type of all.
  Builder builder;
  std::vector<Plane> planes;
  for (const PlaneRef& from : planes_of(call, inputs, 0)) {
    planes.push_back(builder.leaf(inputs[static_cast<std::size_t>(from.input)].spec().dtype));
  }
  PANTILE_ASSIGN(const Plane made, builder.add(call, planes, 0));
  spec.dtype = made.dtype;
  const bool passes = call.info->name == "select" || call.info->name == "merge";
  describe(spec, call, inputs, passes ? spec.kind == Kind::mask : made.is_mask);
  return spec;
}

}  // namespace pantile::filter

#include "io/zarr/array_metadata.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

namespace pantile::zarr {
namespace {

using Json = nlohmann::json;

ArrayMetadata sample() {
  ArrayMetadata array;
  array.shape = {3, 1000, 2000};
  array.shard = {3, 256, 256};
  array.chunk = {3, 64, 64};
  array.sharded = true;
  array.dtype = DType::u16;
  array.order = {1, 2, 0};
  array.steps = {{ByteStep::Kind::zstd, 4}, {ByteStep::Kind::crc32c, 0}};
  array.dimension_names = {"c", "y", "x"};
  return array;
}

Result<ArrayMetadata> parse(const Json& json) { return parse_array_v3(json.dump(), "here"); }

/// The sample with one value replaced.
Json with(const std::string& pointer, const Json& value) {
  Json json = Json::parse(write_array_v3(sample()));
  json[Json::json_pointer(pointer)] = value;
  return json;
}

TEST(ArrayMetadata, ComesBackAsWritten) {
  const auto array = parse_array_v3(write_array_v3(sample()), "here");
  ASSERT_TRUE(array.ok()) << array.error().message();
  const ArrayMetadata want = sample();
  EXPECT_EQ(array->shape, want.shape);
  EXPECT_EQ(array->shard, want.shard);
  EXPECT_EQ(array->chunk, want.chunk);
  EXPECT_TRUE(array->sharded);
  EXPECT_EQ(array->dtype, want.dtype);
  EXPECT_EQ(array->order, want.order);
  EXPECT_EQ(array->steps, want.steps);
  EXPECT_EQ(array->dimension_names, want.dimension_names);
  EXPECT_EQ(array->fill, Bytes(2));
  EXPECT_FALSE(array->big_endian);
  EXPECT_TRUE(array->index_at_end);
  EXPECT_TRUE(array->index_crc32c);
  EXPECT_EQ(array->chunk_bytes(), 3 * 64 * 64 * 2);
  EXPECT_EQ(array->chunk_count_per_shard(), 16);
  EXPECT_EQ(array->index_bytes(), 260);
  EXPECT_EQ(array->key({0, 3, 12}), "c/0/3/12");
}

TEST(ArrayMetadata, ComposesTransposes) {
  const Json t{{"name", "transpose"}, {"configuration", {{"order", {1, 2, 0}}}}};
  Json json = with("/codecs/0/configuration/codecs/0", t);
  auto& codecs = json["codecs"][0]["configuration"]["codecs"];
  codecs.insert(codecs.begin(), t);
  const auto array = parse(json);
  ASSERT_TRUE(array.ok()) << array.error().message();
  EXPECT_EQ(array->order, (std::vector<int>{2, 0, 1}));  // yxc of cyx, once more: xcy
}

TEST(ArrayMetadata, MakesKeysOfEveryEncoding) {
  const auto key = [](const Json& encoding) {
    const auto array = parse(with("/chunk_key_encoding", encoding));
    return array.ok() ? array->key({0, 1, 2}) : array.error().message();
  };
  EXPECT_EQ(key({{"name", "default"}}), "c/0/1/2");
  EXPECT_EQ(key({{"name", "default"}, {"configuration", {{"separator", "."}}}}), "c.0.1.2");
  EXPECT_EQ(key({{"name", "v2"}}), "0.1.2");
  EXPECT_EQ(key({{"name", "v2"}, {"configuration", {{"separator", "/"}}}}), "0/1/2");
}

TEST(ArrayMetadata, ReadsFillValues) {
  const auto fill = [](const char* type, const Json& value) {
    Json json = with("/data_type", type);
    json["fill_value"] = value;
    return parse(json);
  };
  EXPECT_EQ(fill("uint8", 255)->fill, Bytes(1, std::byte{255}));
  EXPECT_EQ(fill("int16", -1)->fill, Bytes(2, std::byte{255}));
  EXPECT_EQ(fill("uint64", std::uint64_t{18446744073709551615u})->fill, Bytes(8, std::byte{255}));
  float number = 0;
  std::memcpy(&number, fill("float32", 1.5)->fill.data(), 4);
  EXPECT_EQ(number, 1.5f);
  std::memcpy(&number, fill("float32", "-Infinity")->fill.data(), 4);
  EXPECT_EQ(number, -INFINITY);
  std::memcpy(&number, fill("float32", "0x7fc00000")->fill.data(), 4);
  EXPECT_TRUE(std::isnan(number));
  for (const auto& [type, value] : {std::pair<const char*, Json>{"uint8", 256},
                                    {"uint8", -1},
                                    {"int8", 128},
                                    {"uint8", 1.5},
                                    {"uint8", "NaN"},
                                    {"float32", "nan"},
                                    {"float32", "0x7fc0"},
                                    {"uint8", {}}}) {
    const auto array = fill(type, value);
    if (value.is_null()) continue;
    ASSERT_FALSE(array.ok()) << type << value;
    EXPECT_EQ(array.error().code(), Code::corrupt);
  }
}

struct Bad {
  const char* pointer;
  Json value;
  Code code;
};

TEST(ArrayMetadata, NamesWhatIsWrong) {
  const Json gzip{{"name", "gzip"}, {"configuration", {{"level", 1}}}};
  const std::string inner = "/codecs/0/configuration";
  const Bad cases[] = {
      {"/zarr_format", 4, Code::foreign},
      {"/zarr_format", "3", Code::corrupt},
      {"/node_type", "group", Code::foreign},
      {"/shape", Json::array(), Code::foreign},
      {"/shape", {1, 2, 3, 4, 5, 6}, Code::foreign},
      {"/shape", {3, -1, 5}, Code::corrupt},
      {"/shape", {3, 0, 5}, Code::corrupt},
      {"/shape", {3, 1e30, 5}, Code::corrupt},
      {"/shape", {3, std::uint64_t{1} << 63, 5}, Code::corrupt},
      {"/shape", {3, 100}, Code::corrupt},
      {"/shape", "large", Code::corrupt},
      {"/data_type", "complex64", Code::foreign},
      {"/data_type", {{"name", "numpy.datetime64"}}, Code::foreign},
      {"/chunk_grid/name", "rectilinear", Code::foreign},
      {"/chunk_grid/configuration/chunk_shape", {3, 256}, Code::corrupt},
      {"/chunk_grid/configuration/chunk_shape", {3, 250, 256}, Code::corrupt},
      {"/chunk_grid/configuration/chunk_shape", {3, 0, 256}, Code::corrupt},
      {"/chunk_grid/configuration/chunk_shape", {3, 64 << 20, 64 << 20}, Code::foreign},
      {"/chunk_key_encoding/name", "hashed", Code::foreign},
      {"/chunk_key_encoding/configuration/separator", "../", Code::corrupt},
      {"/codecs", Json::array(), Code::corrupt},
      {"/codecs/1", gzip, Code::foreign},
      {"/codecs/0/name", "zfp", Code::foreign},
      {"/storage_transformers", {{{"name", "x"}}}, Code::foreign},
      {"/dimension_names", {"y", "x"}, Code::corrupt},
      {"/dimension_names", {1, 2, 3}, Code::corrupt},
      {"/codecs/0/configuration/chunk_shape", {3, 1 << 20, 1 << 20}, Code::corrupt},
      {"/codecs/0/configuration/index_location", "middle", Code::corrupt},
      {"/codecs/0/configuration/index_codecs/1", gzip, Code::foreign},
      {"/codecs/0/configuration/index_codecs/0/configuration/endian", "big", Code::foreign},
      {"/codecs/0/configuration/codecs/0/configuration/order", {0, 0, 1}, Code::corrupt},
      {"/codecs/0/configuration/codecs/0/configuration/order", {0, 1}, Code::corrupt},
      {"/codecs/0/configuration/codecs/0/configuration/order", {1, 2, 3}, Code::corrupt},
      {"/codecs/0/configuration/codecs/0/name", "sharding_indexed", Code::foreign},
      {"/codecs/0/configuration/codecs/1/configuration", Json::object(), Code::corrupt},
      {"/codecs/0/configuration/codecs/2/name", "blosc", Code::foreign},
      {"/codecs/0/configuration/codecs/2/configuration/level", "high", Code::corrupt},
      {"/codecs/0/configuration/codecs/3", gzip, Code::foreign},
  };
  for (const Bad& bad : cases) {
    const auto array = parse(with(bad.pointer, bad.value));
    ASSERT_FALSE(array.ok()) << bad.pointer << " " << bad.value;
    EXPECT_EQ(array.error().code(), bad.code) << bad.pointer << " " << array.error().message();
    EXPECT_TRUE(array.error().message().starts_with("here")) << array.error().message();
  }
}

TEST(ArrayMetadata, NeedsItsMembers) {
  for (const char* key : {"zarr_format", "node_type", "shape", "data_type", "chunk_grid",
                          "chunk_key_encoding", "fill_value", "codecs"}) {
    Json json = Json::parse(write_array_v3(sample()));
    json.erase(key);
    const auto array = parse(json);
    ASSERT_FALSE(array.ok()) << key;
    // Without zarr_format it is not known to be Zarr's at all.
    const bool foreign = key == std::string_view("zarr_format");
    EXPECT_EQ(array.error().code(), foreign ? Code::foreign : Code::corrupt);
    EXPECT_NE(array.error().message().find(key), std::string::npos);
  }
  EXPECT_EQ(parse_array_v2("{}", "here").error().code(), Code::foreign);
  for (const char* text : {"", "{", "[]", "null", "{\"zarr_format\": 3"}) {
    EXPECT_EQ(parse_array_v3(text, "here").error().code(), Code::corrupt);
    EXPECT_EQ(parse_array_v2(text, "here").error().code(), Code::corrupt);
  }
}

TEST(ArrayMetadata, ReadsVersionTwo) {
  const char* text = R"({"zarr_format": 2, "shape": [100, 90], "chunks": [32, 16], "dtype": ">f4",
    "compressor": {"id": "zlib", "level": 3}, "fill_value": "NaN", "order": "F", "filters": null})";
  const auto array = parse_array_v2(text, "here");
  ASSERT_TRUE(array.ok()) << array.error().message();
  EXPECT_EQ(array->dtype, DType::f32);
  EXPECT_TRUE(array->big_endian);
  EXPECT_EQ(array->order, (std::vector<int>{1, 0}));
  EXPECT_EQ(array->steps, (std::vector<ByteStep>{{ByteStep::Kind::zlib, 3}}));
  EXPECT_EQ(array->key({2, 5}), "2.5");
  EXPECT_FALSE(array->sharded);
}

TEST(ArrayMetadata, NamesWhatIsWrongInVersionTwo) {
  const Json good = Json::parse(
      R"({"zarr_format": 2, "shape": [9, 9], "chunks": [4, 4], "dtype": "<u2", "compressor": null,
          "fill_value": 0, "order": "C", "filters": null})");
  const Bad cases[] = {
      {"/zarr_format", 3, Code::foreign},
      {"/dtype", "<c8", Code::foreign},
      {"/dtype", "u2", Code::foreign},
      {"/dtype", {{"a", "<u2"}}, Code::corrupt},
      {"/order", "K", Code::foreign},
      {"/filters", {{{"id", "delta"}}}, Code::foreign},
      {"/compressor", {{"id", "blosc"}}, Code::foreign},
      {"/compressor", "zstd", Code::corrupt},
      {"/chunks", {4}, Code::corrupt},
      {"/dimension_separator", "..", Code::corrupt},
  };
  for (const Bad& bad : cases) {
    Json json = good;
    json[Json::json_pointer(bad.pointer)] = bad.value;
    const auto array = parse_array_v2(json.dump(), "here");
    ASSERT_FALSE(array.ok()) << bad.pointer;
    EXPECT_EQ(array.error().code(), bad.code) << bad.pointer << array.error().message();
  }
}

}  // namespace
}  // namespace pantile::zarr

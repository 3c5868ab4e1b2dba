#include "contract/codec_contract.h"

#include <algorithm>
#include <iterator>
#include <vector>

namespace pantile::contract {
namespace {

using codec::Method;

const CodecCase kCases[] = {
    {.name = "raw", .spec = {.method = Method::raw}, .identity = "raw/interleaved"},
    {.name = "zstd", .spec = {.method = Method::zstd}, .identity = "zstd-1/interleaved"},
    {.name = "zstd19",
     .spec = {.method = Method::zstd, .level = 19},
     .identity = "zstd-19/interleaved"},
    {.name = "deflate",
     .spec = {.method = Method::deflate},
     .identity = "deflate-pixel/interleaved",
     .checked = true},
    {.name = "deflate12predictor",
     .spec = {.method = Method::deflate, .level = 12, .predictor = true},
     .identity = "deflate-12+predictor/interleaved",
     .floats = false,
     .checked = true},
    {.name = "gzip",
     .spec = {.method = Method::gzip, .level = 6},
     .identity = "gzip-6/interleaved",
     .checked = true},
    {.name = "lzw", .spec = {.method = Method::lzw}, .identity = "lzw/interleaved"},
    {.name = "lzwpredictor",
     .spec = {.method = Method::lzw, .predictor = true},
     .identity = "lzw+predictor/interleaved",
     .floats = false},
    {.name = "jpeg444",
     .spec = {.method = Method::jpeg},
     .identity = "jpeg-90-444/interleaved",
     .lossless = false,
     .only_u8 = true},
    {.name = "jpeg420",
     .spec = {.method = Method::jpeg, .jpeg_quality = 75, .jpeg_subsample = true},
     .identity = "jpeg-75-420/interleaved",
     .lossless = false,
     .only_u8 = true},
};

std::vector<CodecCase> lossless_cases() {
  std::vector<CodecCase> cases;
  std::ranges::copy_if(kCases, std::back_inserter(cases), &CodecCase::lossless);
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Codecs, CodecContract, testing::ValuesIn(kCases), codec_case_name);
INSTANTIATE_TEST_SUITE_P(Codecs, LosslessCodecContract, testing::ValuesIn(lossless_cases()),
                         codec_case_name);

}  // namespace
}  // namespace pantile::contract

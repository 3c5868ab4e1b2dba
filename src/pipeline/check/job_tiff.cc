#include "pipeline/check/job_tiff.h"

#include <filesystem>
#include <utility>

#include "io/tiff/sums.h"
#include "pipeline/folder/outputs.h"

namespace pantile {
namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

Result<TiffToCheck> open_alone(const CheckTarget& target, FindingLog& log) {
  const fs::path path(target.path);
  if (!is_there(tiff::sums_key(target.path))) {
    return Error(Code::foreign, target.path +
                                    " has no .sums beside it; only TIFFs that pantile wrote, with "
                                    "their checksums, are checked");
  }
  const std::string folder = path.has_parent_path() ? path.parent_path().string() : ".";
  TiffToCheck tiff{nullptr, nullptr, 2};
  PANTILE_ASSIGN(tiff.file, TiffCheck::open(std::make_shared<FileStore>(folder),
                                            path.filename().string(), nullptr, log));
  return tiff;
}

/// The sink that would write the job's TIFF, begun; null where its options are not recorded.
Result<std::unique_ptr<tiff::TiffSink>> expected_sink(const CheckTarget& target) {
  using Sink = std::unique_ptr<tiff::TiffSink>;
  if (!target.job || !target.record || !target.record->forms.contains(kTiffName)) return Sink();
  const FolderJob& job = *target.job;
  PANTILE_ASSIGN(Sink sink, make_tiff_sink(target.folder, target.folder, job.output.tiff,
                                           {.file = kTiffName, .replace = true}));
  // Else it is of an earlier run with other options.
  if (sink->form() != target.record->forms.at(kTiffName)) return Sink();
  PANTILE_TRY(sink->begin(job.plan));
  return sink;
}

/// True while the TIFF is to come: one that is there, if any, is an older one that is replaced.
Result<bool> is_to_come(const CheckTarget& target, const tiff::TiffSink* sink) {
  if (!target.may_lack()) return false;
  if (sink != nullptr && sink->finished()) return false;
  PANTILE_ASSIGN(const bool there, target.folder->exists(kTiffName));
  if (!there) return true;
  PANTILE_ASSIGN(const auto fragments, target.folder->list(std::string(kPartsFolder) + "/tiff"));
  if (!fragments.empty()) return true;
  if (sink == nullptr) return false;
  // The file of other options, before the first fragment of the new ones.
  PANTILE_ASSIGN(const bool has_sums, target.folder->exists(tiff::sums_key(kTiffName)));
  if (!has_sums) return false;
  PANTILE_ASSIGN(const Bytes bytes, target.folder->read(tiff::sums_key(kTiffName)));
  const auto sums = tiff::decode_sums(bytes);
  return sums.ok() && sums->plan != sink->plan_hash();
}

}  // namespace

bool records_output(const CheckTarget& target, const std::string& name) {
  return !target.record || target.record->forms.contains(name);
}

Result<TiffToCheck> open_tiff(const CheckTarget& target, FindingLog& log) {
  TiffToCheck tiff;
  if (target.kind == TargetKind::store) return tiff;
  if (target.kind == TargetKind::tiff) return open_alone(target, log);
  if (!records_output(target, kTiffName)) return tiff;
  const fs::path path(target.path);
  const bool there = is_there(path / kTiffName) || is_there(path / tiff::sums_key(kTiffName));
  if (!target.record && !there) return tiff;
  PANTILE_ASSIGN(const auto sink, expected_sink(target));
  PANTILE_ASSIGN(const bool to_come, is_to_come(target, sink.get()));
  if (to_come) {
    const std::string parts = std::string(kPartsFolder) + "/tiff";
    PANTILE_ASSIGN(tiff.fragments,
                   FragmentCheck::open(target.path + "/" + parts, parts + "/", sink.get(), log));
    tiff.files = tiff.fragments->file_count();
    return tiff;
  }
  tiff.files = 2;
  PANTILE_ASSIGN(tiff.file, TiffCheck::open(target.folder, kTiffName, sink.get(), log));
  return tiff;
}

}  // namespace pantile

#include "pipeline/check/advice.h"

#include "pipeline/folder/open_image.h"

namespace pantile {
namespace {

std::string to_mend(const CheckTarget& target) {
  if (!target.is_job()) {
    const std::string job = job_folder_of(target.path);
    if (!job.empty()) return "run `pantile repair " + job + "`";
    return "restore it from a copy, or make it again from what it was made from (`pantile convert` "
           "with --restart)";
  }
  if (!target.record) return without_record_advice();
  if (target.record->command != "generate") {
    return "have the program that wrote it call pantile::repair_image() with the same image";
  }
  return "run `pantile repair " + target.path + "`";
}

}  // namespace

std::string advise(const CheckTarget& target, const CheckReport& report) {
  if (report.finding_count > 0) {
    const bool foreign_only =
        report.by_kind.contains(FindingKind::foreign) && report.by_kind.size() == 1;
    if (foreign_only) return "remove what is foreign yourself";
    const std::string mend = to_mend(target);
    return target.state == CheckState::being_written ? "when its writer has ended, " + mend : mend;
  }
  switch (target.state) {
    case CheckState::complete: return "";
    case CheckState::unfinished: return "run the same command again to go on";
    case CheckState::being_written: return "check it again when its writer has ended";
  }
  return "";
}

std::string without_record_advice() {
  return "put back a copy of job.json, or run the generate command with the same options in a new "
         "folder and copy the job.json that appears there at once to here; then run `pantile "
         "repair`";
}

}  // namespace pantile

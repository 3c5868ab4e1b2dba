#pragma once
/// \file
/// A job.json in which one bit is wrong.

#include <optional>
#include <string>

#include "pipeline/folder/job_record.h"

namespace pantile {

/// The record that `text` was before one of its bits flipped; nothing when no single bit makes its
/// checksum right. The checksum has 128 bits, so a wrong answer will not be met. Tries every bit:
/// half a second for an ordinary record, and the square of its length: half a minute at 16 KiB,
/// above which none is tried.
std::optional<JobRecord> mend_job_record(const std::string& text);

}  // namespace pantile

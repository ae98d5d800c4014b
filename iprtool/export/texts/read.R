# Reads this export into R: install.packages("arrow"), then
#   source("read.R"); t <- read_export("."); str(t$annotations)
# Categories come as factors, times as whole milliseconds, absent values as NA.

library(arrow)

read_export <- function(folder = ".") {
  names <- list.files(file.path(folder, "parquet"))
  read_one <- function(name) {
    path <- Sys.glob(file.path(folder, "parquet", name, "study_id=*", "part-0.parquet"))
    frame <- as.data.frame(read_parquet(path))
    study_id <- rep(sub("^study_id=", "", basename(dirname(path))), nrow(frame))
    cbind(study_id = study_id, frame)
  }
  setNames(lapply(names, read_one), names)
}

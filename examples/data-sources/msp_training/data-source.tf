data "msp_training" "all" {}

# Courses that somebody has yet to complete.
output "open" {
  value = [
    for course in data.msp_training.all.courses : "${course.email}: ${course.course}, ${course.progress_percent} %"
    if course.completed_at == null
  ]
}

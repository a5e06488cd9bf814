variable "deletion_protection" {
  description = "Keep customers from being deleted. Switch it off and apply before you destroy."
  type        = bool
  default     = true
}

variable "notify_emails" {
  description = "Who gets a mail when a partner access role is given, changed or taken away."
  type        = set(string)
  default     = ["access-log@northwind-msp.example"]
}

variable "zone_file" {
  description = "File of the demo's DNS server, a record a line. Without it, publish the record that the output shows."
  type        = string
  default     = null
}

variable "directory" {
  description = "The Active Directory from which the staff comes; null for none. Its password is a write-only argument, which needs Terraform or OpenTofu 1.11 or newer."
  type = object({
    host    = string
    port    = optional(number)
    bind_dn = string
    base_dn = string
  })
  default = null
}

variable "directory_password" {
  description = "Password of the directory's bind_dn."
  type        = string
  sensitive   = true
  default     = null
}

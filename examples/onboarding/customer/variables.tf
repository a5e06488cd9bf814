variable "name" {
  description = "Name of the customer."
  type        = string
}

variable "domain" {
  description = "Primary domain of the customer."
  type        = string
}

variable "country" {
  description = "ISO 3166-1 alpha-2 code."
  type        = string
}

variable "product" {
  description = "Name of one of the partner's products."
  type        = string
}

variable "seats" {
  description = "How many seats of the product."
  type        = number
}

variable "allowed_ip_ranges" {
  description = "From where direct logins are allowed; empty for everywhere."
  type        = set(string)
}

variable "smarthost" {
  description = "The customer's own relay; null for the partner's."
  type        = string
}

variable "custom_roles" {
  description = "Permissions of custom roles, by their names."
  type        = map(set(string))
}

variable "deletion_protection" {
  description = "Keep the customer from being deleted."
  type        = bool
}

variable "administrators" {
  description = "By the e-mail address of a portal admin, the role in the customer's account and when it ends, if it does."
  type = map(object({
    role       = string
    expires_at = optional(string)
  }))
}

variable "administrators_as_map" {
  description = "Declare the administrators as one authoritative map."
  type        = bool
}

variable "access_roles" {
  description = "Partner access roles: decision_maker, phone_manager, both or none."
  type        = set(string)
}

variable "notify_emails" {
  description = "Who gets a mail when a partner access role is given, changed or taken away."
  type        = set(string)
}

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

variable "deletion_protection" {
  description = "Keep the customer from being deleted."
  type        = bool
}

variable "administrators" {
  description = "Roles of the customer's account by the e-mail address of the portal admin who has it."
  type        = map(string)
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

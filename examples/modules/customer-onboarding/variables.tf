variable "name" {
  description = "Name of the customer. Renaming it renames the groups of its access roles too."
  type        = string
  nullable    = false

  validation {
    condition     = length(trimspace(var.name)) > 0 && length(var.name) <= 200
    error_message = "The name has 1 to 200 characters."
  }
}

variable "domain" {
  description = "Primary domain of the customer, such as acme.example. Another domain is another account: changing it replaces the customer with everything in it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^([a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?\\.)+[a-zA-Z0-9-]*[a-zA-Z][a-zA-Z0-9-]*$", var.domain))
    error_message = "${var.domain} is no domain: one looks like acme.example, without https:// and without a dot at its end. Internationalized domains are written in ASCII (xn--...)."
  }
}

variable "stage" {
  description = "\"prospect\" while the customer is being won, \"customer\" once it has ordered. There is no way back."
  type        = string
  default     = "customer"
  nullable    = false

  validation {
    condition     = contains(["prospect", "customer"], var.stage)
    error_message = "The stage is \"prospect\" or \"customer\"."
  }
}

variable "country" {
  description = "Country as ISO 3166-1 alpha-2 code, such as DE."
  type        = string
  default     = null

  validation {
    condition     = var.country == null || can(regex("^[A-Z]{2}$", var.country))
    error_message = "The country is two capital letters, such as DE (ISO 3166-1 alpha-2)."
  }
}

variable "product" {
  description = "Name of the product ordered: one of those in the partner's contract."
  type        = string
  default     = null
}

variable "seats" {
  description = "How many seats of the product."
  type        = number
  default     = null

  validation {
    condition     = var.seats == null ? true : var.seats >= 1 && var.seats <= 1000000 && floor(var.seats) == var.seats
    error_message = "The seats are a whole number from 1 to 1,000,000."
  }
}

variable "external_id" {
  description = "The customer's identifier in your own systems (ERP, CRM, ticketing). No two customers have the same."
  type        = string
  default     = null
}

variable "implementation_lead" {
  description = "E-mail address of the portal admin who leads the implementation, with the portal role msp_administrator or msp_implementation_lead."
  type        = string
  default     = null
}

variable "enabled" {
  description = "Whether the account is in use. Disabling it keeps everything and lets nobody in."
  type        = bool
  default     = true
  nullable    = false
}

variable "require_sso" {
  description = "Whether the customer's users have to sign in by single sign-on."
  type        = bool
  default     = false
  nullable    = false
}

variable "allowed_ip_ranges" {
  description = "Addresses and CIDR ranges from which direct logins are allowed; everywhere if empty. Logins through the partner portal are judged by the partner's own configuration instead."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for range in var.allowed_ip_ranges : can(cidrhost(strcontains(range, "/") ? range : "${range}/${strcontains(range, ":") ? 128 : 32}", 0))])
    error_message = "Each of allowed_ip_ranges is an address or a CIDR range, such as 192.0.2.17, 192.0.2.0/24 or 2001:db8::/48."
  }
}

variable "rfi" {
  description = "Request for Information: how mail flows. What is left out comes from the partner's configuration when the customer is created, and keeps its value afterwards."
  type = object({
    outbound_ips = optional(set(string))
    inbound_ips  = optional(set(string))
    smarthost = optional(object({
      host = string
      port = optional(number)
    }))
  })
  default = null

  validation {
    condition = alltrue([
      for range in setunion(try(coalesce(var.rfi.outbound_ips, []), []), try(coalesce(var.rfi.inbound_ips, []), [])) :
      can(cidrhost(strcontains(range, "/") ? range : "${range}/${strcontains(range, ":") ? 128 : 32}", 0))
    ])
    error_message = "Each of rfi.outbound_ips and rfi.inbound_ips is an address or a CIDR range, such as 192.0.2.17, 192.0.2.0/24 or 2001:db8::/48."
  }

  validation {
    condition     = try(var.rfi.smarthost.port, null) == null ? true : var.rfi.smarthost.port >= 1 && var.rfi.smarthost.port <= 65535
    error_message = "rfi.smarthost.port is a number from 1 to 65535."
  }
}

variable "users" {
  description = "The customer's own people, by e-mail address. Nobody is needed: the account has an administrator from the beginning."
  type = map(object({
    name = string
    role = string
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for email in keys(var.users) : can(regex("^[^@[:space:]]+@[^@[:space:]]+\\.[^@[:space:]]+$", email))])
    error_message = "The keys of users are e-mail addresses; ${join(", ", [for email in keys(var.users) : email if !can(regex("^[^@[:space:]]+@[^@[:space:]]+\\.[^@[:space:]]+$", email))])} is none."
  }

  validation {
    condition     = length(distinct([for email in keys(var.users) : lower(email)])) == length(var.users)
    error_message = "An address stands in users once, whether in capital or in small letters."
  }

  validation {
    condition = alltrue([
      for user in values(var.users) :
      contains(["master_admin", "backup_admin", "compliance_admin", "full_support", "standard_support", "limited_support", "audit", "sso_admin"], user.role)
    ])
    error_message = "The role of a user is one of master_admin, backup_admin, compliance_admin, full_support, standard_support, limited_support, audit and sso_admin."
  }
}

variable "contacts" {
  description = "Authorized contacts by e-mail address: named people, of the customer or not, with one or more contact roles. The data source msp_effective_access shows what each role permits."
  type = map(object({
    name  = string
    phone = optional(string)
    roles = set(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for email in keys(var.contacts) : can(regex("^[^@[:space:]]+@[^@[:space:]]+\\.[^@[:space:]]+$", email))])
    error_message = "The keys of contacts are e-mail addresses; ${join(", ", [for email in keys(var.contacts) : email if !can(regex("^[^@[:space:]]+@[^@[:space:]]+\\.[^@[:space:]]+$", email))])} is none."
  }

  validation {
    condition     = length(distinct([for email in keys(var.contacts) : lower(email)])) == length(var.contacts)
    error_message = "An address stands in contacts once, whether in capital or in small letters."
  }

  validation {
    condition = alltrue([
      for contact in values(var.contacts) :
      length(contact.roles) > 0 && length(setsubtract(contact.roles, ["decision_maker", "phone_manager", "billing_contact", "technical_contact", "emergency_contact"])) == 0
    ])
    error_message = "A contact has at least one of the roles decision_maker, phone_manager, billing_contact, technical_contact and emergency_contact, and no others."
  }
}

variable "custom_roles" {
  description = "Roles of the account besides the built-in ones, by their names."
  type = map(object({
    description = optional(string)
    permissions = set(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for role in values(var.custom_roles) : length(setintersection(role.permissions, ["content.read", "content.search", "messages.read"])) == 0])
    error_message = "content.read, content.search and messages.read open protected content: only the vendor's support makes a role with them."
  }
}

variable "external_admins" {
  description = "Who of the partner may enter the customer's administration console, by e-mail address of a portal admin: with which role, and until when (RFC 3339), if not for good. It is the whole list: who is not in it has no access. Leave it out (null) to leave external administrators alone."
  type = map(object({
    role       = string
    expires_at = optional(string)
  }))
  default = null

  validation {
    condition     = var.external_admins == null ? true : length(distinct([for email in keys(var.external_admins) : lower(email)])) == length(var.external_admins)
    error_message = "An address stands in external_admins once, whether in capital or in small letters."
  }

  validation {
    condition     = var.external_admins == null ? true : alltrue([for admin in values(var.external_admins) : !contains(["super_administrator", "full_administrator", "discovery_officer"], admin.role)])
    error_message = "super_administrator, full_administrator and discovery_officer open protected content: only the vendor's support gives them to somebody."
  }

  validation {
    condition     = var.external_admins == null ? true : alltrue([for admin in values(var.external_admins) : admin.expires_at == null || can(timeadd(admin.expires_at, "0s"))])
    error_message = "expires_at is a moment with its offset, such as 2036-06-30T18:00:00+02:00."
  }
}

variable "access_roles" {
  description = "Roles that the customer gives to the partner as a whole: decision_maker, phone_manager, or both, each with the partner users who are put into its group and, unless it is everybody of notify_emails, who is told."
  type = map(object({
    members       = optional(set(string), [])
    notify_emails = optional(set(string))
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for access in values(var.access_roles) : length(distinct([for email in access.members : lower(email)])) == length(access.members)])
    error_message = "An address stands among the members of a role once, whether in capital or in small letters."
  }

  validation {
    condition     = alltrue([for role in keys(var.access_roles) : contains(["decision_maker", "phone_manager"], role)])
    error_message = "A partner is given the access role decision_maker or phone_manager, or both. ${join(", ", setsubtract(keys(var.access_roles), ["decision_maker", "phone_manager"]))} can only be a role of a person: an authorized contact."
  }
}

variable "notify_emails" {
  description = "Who gets a mail when an access role is given, changed or taken away, where access_roles says nothing else."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "deletion_protection" {
  description = "Keep the customer from being deleted. Switching it off takes an apply of its own, before the destroy."
  type        = bool
  default     = true
  nullable    = false
}

variable "force_destroy" {
  description = "Let a destroy take along what others made in the account. What the module made goes first either way."
  type        = bool
  default     = false
  nullable    = false
}

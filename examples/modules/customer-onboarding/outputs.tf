output "id" {
  description = "The customer's id."
  value       = msp_customer.this.id
}

output "domain" {
  description = "The customer's primary domain."
  value       = msp_customer.this.domain
}

output "internal_domains" {
  description = "The account's own domains. Nobody with an address in one of them can be an external administrator."
  value       = msp_customer.this.internal_domains
}

output "admin_username" {
  description = "User name of the administrator that the account was created with."
  value       = msp_customer.this.admin_username
}

output "rfi" {
  description = "The Request for Information as it is, with what came from the partner's configuration."
  value       = msp_customer.this.rfi
}

output "users" {
  description = "The account's users by e-mail address in small letters: what they may do, and whether they are active."
  value       = { for email, user in msp_customer_user.this : email => { role = user.role, status = user.status } }
}

output "contacts" {
  description = "The authorized contacts' roles, by e-mail address in small letters."
  value       = { for email, contact in msp_authorized_contact.this : email => contact.roles }
}

output "external_admins" {
  description = "The external administrators by e-mail address, each with a role and when it ends; null if this module does not look after them."
  value       = one(msp_external_admins.this[*].admins)
}

output "access_groups" {
  description = "The groups on the partner's account, by the access role that they have: their names, and whom the module put in."
  value = {
    for role, access in msp_partner_access_role.this : role => {
      name    = access.group_name
      members = sort([for member in msp_partner_access_group_member.this : member.email if member.role == role])
    }
  }
}

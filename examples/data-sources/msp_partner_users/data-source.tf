# People whom a directory brought, and who are no portal admins yet.
data "msp_partner_users" "from_directory" {
  source       = "directory"
  email_domain = "northwind-msp.example"
}

data "msp_portal_admins" "all" {}

output "not_in_the_portal" {
  value = setsubtract(
    [for user in data.msp_partner_users.from_directory.partner_users : lower(user.email)],
    [for admin in data.msp_portal_admins.all.portal_admins : lower(admin.email)],
  )
}

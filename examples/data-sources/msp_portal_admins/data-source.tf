# Who may do everything in the portal?
data "msp_portal_admins" "administrators" {
  role = "msp_administrator"
}

output "administrators" {
  value = [for admin in data.msp_portal_admins.administrators.portal_admins : admin.email]
}

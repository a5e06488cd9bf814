# Where can one person get in?
data "msp_external_admins" "lee" {
  email = "lee@northwind-msp.example"
}

output "lee_gets_in_at" {
  value = { for grant in data.msp_external_admins.lee.external_admins : grant.customer_id => grant.role }
}

# Who has a role with protected content, which only the vendor's support can take away?
data "msp_external_admins" "all" {}

output "protected" {
  value = [for grant in data.msp_external_admins.all.external_admins : grant.id if grant.content_protected]
}

# A token for another program of this run, which may do no more than the help desk.
ephemeral "msp_access_token" "reports" {
  role = "msp_helpdesk"
  ttl  = "10m"
}

# Here, for another configuration of this provider.
provider "msp" {
  alias    = "reports"
  endpoint = ephemeral.msp_access_token.reports.endpoint
  token    = ephemeral.msp_access_token.reports.token
}

data "msp_customers" "all" {
  provider = msp.reports
}

output "customers" {
  value = [for customer in data.msp_customers.all.customers : customer.name]
}

# The import ID is the customer's id. The data source msp_customer finds it by the domain.
terraform import msp_customer.tailwind cus_k3vq7zt2m5xw4hdn6j2a

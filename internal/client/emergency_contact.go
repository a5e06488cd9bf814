package client

import (
	"context"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

const (
	opGetEmergencyContact    = "getEmergencyContact"
	opPutEmergencyContact    = "putEmergencyContact"
	opDeleteEmergencyContact = "deleteEmergencyContact"
)

// GetEmergencyContact reads the emergency contact. Where none is set, IsNotFound tells so of the error.
func (c *Client) GetEmergencyContact(ctx context.Context) (*Versioned[api.EmergencyContact], error) {
	return versioned[api.EmergencyContact](ctx, c, read(opGetEmergencyContact, emergencyContactPath, nil))
}

// PutEmergencyContact sets the emergency contact, or replaces it.
func (c *Client) PutEmergencyContact(ctx context.Context, in api.EmergencyContactInput, o WriteOptions) (*Versioned[api.EmergencyContact], error) {
	return versioned[api.EmergencyContact](ctx, c, put(opPutEmergencyContact, emergencyContactPath, in, o))
}

// ValidatePutEmergencyContact checks what PutEmergencyContact would do.
func (c *Client) ValidatePutEmergencyContact(ctx context.Context, in api.EmergencyContactInput, o WriteOptions) (*Validation, error) {
	return c.validate(ctx, put(opPutEmergencyContact, emergencyContactPath, in, o))
}

// DeleteEmergencyContact clears the emergency contact.
func (c *Client) DeleteEmergencyContact(ctx context.Context, o MatchOptions) error {
	return c.erase(ctx, remove(opDeleteEmergencyContact, emergencyContactPath, o))
}

// ValidateDeleteEmergencyContact checks what DeleteEmergencyContact would do.
func (c *Client) ValidateDeleteEmergencyContact(ctx context.Context, o MatchOptions) (*Validation, error) {
	return c.validate(ctx, remove(opDeleteEmergencyContact, emergencyContactPath, o))
}

var emergencyContactPath = v1("partner", "emergency-contact")

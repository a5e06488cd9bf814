package server

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/rest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/strictjson"
)

// faultsFile is the file of --unsafe-faults.
type faultsFile struct {
	Faults []struct {
		Operation   string         `json:"operation"` // operation id of the contract, or *
		Kind        rest.FaultKind `json:"kind"`
		Times       int            `json:"times"`
		Probability float64        `json:"probability"`
		Delay       duration       `json:"delay"`
		RetryAfter  duration       `json:"retry_after"`
	} `json:"faults"`
}

// duration is written as Go writes it, such as "1.5s".
type duration time.Duration

// UnmarshalText reads a duration.
func (d *duration) UnmarshalText(text []byte) error {
	value, err := time.ParseDuration(string(text))
	*d = duration(value)
	return err
}

func loadFaults(path string) (*rest.Faults, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the faults: %w", err)
	}
	var file faultsFile
	var bad *strictjson.Error
	if err := strictjson.Unmarshal(text, &file); errors.As(err, &bad) {
		line, column := strictjson.Position(text, bad.Offset)
		return nil, fmt.Errorf("%s:%d:%d: %w", path, line, column, bad)
	} else if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	faults := &rest.Faults{}
	for i, f := range file.Faults {
		if err := faults.Add(rest.Fault{
			Operation: f.Operation, Kind: f.Kind, Times: f.Times, Probability: f.Probability,
			Delay: time.Duration(f.Delay), RetryAfter: time.Duration(f.RetryAfter),
		}); err != nil {
			return nil, fmt.Errorf("%s: fault %d: %w", path, i, err)
		}
	}
	return faults, nil
}

// Package domain holds every rule of the reference server: who may do what, what is refused and why, what a change
// takes along. It knows neither HTTP nor SQL; it asks the small Store interface for rows and answers with its own
// types and errors.
//
// All operations take an Actor and judge it. All writes check everything before they change anything, so that a refused
// item of a batch leaves nothing behind although the batch shares one transaction.
package domain

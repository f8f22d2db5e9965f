"""Reads all pages with boto3, page by page, and says what that took: `boto3_reader.py <url> <pages>`."""

import json
import resource
import sys

import boto3
from botocore.config import Config

url = sys.argv[1]
client = boto3.client(
    "ec2",
    endpoint_url=url,
    region_name="eu-west-1",
    aws_access_key_id="AKIDEXAMPLE",
    aws_secret_access_key="secret",
    config=Config(retries={"total_max_attempts": 1}),
)


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


before = cpu_seconds()
interfaces = addresses = 0
for page in client.get_paginator("describe_network_interfaces").paginate(PaginationConfig={"PageSize": 1000}):
    for interface in page["NetworkInterfaces"]:
        interfaces += 1
        addresses += len(interface["PrivateIpAddresses"])
print(
    json.dumps(
        {
            "interfaces": interfaces,
            "addresses": addresses,
            "cpuMilliseconds": (cpu_seconds() - before) * 1000,
            "peakMegabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
    )
)

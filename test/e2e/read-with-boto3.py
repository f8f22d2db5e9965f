"""Reads a lab with boto3 and prints what it saw as JSON: another SDK's idea of the same answers."""

import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

endpoint, account, region = sys.argv[1:4]
session = boto3.Session(
    aws_access_key_id=f"AKIA{account}LABS", aws_secret_access_key="lab", region_name=region
)


def client(service):
    config = Config(retries={"max_attempts": 1, "mode": "standard"})
    return session.client(service, endpoint_url=endpoint, config=config)


def refusal(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


ec2 = client("ec2")
interfaces = []
pages = 0
paginator = ec2.get_paginator("describe_network_interfaces")
for page in paginator.paginate(IncludeManagedResources=True, PaginationConfig={"PageSize": 5}):
    pages += 1
    interfaces += page["NetworkInterfaces"]

subnets = ec2.describe_subnets()["Subnets"]
reservations = [
    reservation["Cidr"]
    for subnet in subnets
    for reservation in ec2.get_subnet_cidr_reservations(SubnetId=subnet["SubnetId"])[
        "SubnetIpv4CidrReservations"
    ]
]

cloudwatch = client("cloudwatch")
cloudwatch.put_metric_data(
    Namespace="VpcHeadroom",
    MetricData=[{"MetricName": "AvailableAddresses", "Value": 7, "Unit": "Count"}],
)

sns = client("sns")
topic = f"arn:aws:sns:{region}:{account}:alerts"
sns.publish(
    TopicArn=topic,
    Message="a < b & c",
    MessageAttributes={"severity": {"DataType": "String", "StringValue": "critical"}},
)

sqs = client("sqs")
queue = sqs.create_queue(QueueName="scans")["QueueUrl"]
sqs.send_message(QueueUrl=queue, MessageBody="from boto3")

eks = client("eks")
clusters = [eks.describe_cluster(name=name)["cluster"] for name in eks.list_clusters()["clusters"]]

print(
    json.dumps(
        {
            "account": client("sts").get_caller_identity()["Account"],
            "pages": pages,
            "interfaces": [
                [
                    each["NetworkInterfaceId"],
                    each["InterfaceType"],
                    each["Status"],
                    each["Description"],
                    [address["PrivateIpAddress"] for address in each["PrivateIpAddresses"]],
                    [prefix["Ipv4Prefix"] for prefix in each.get("Ipv4Prefixes", [])],
                    {tag["Key"]: tag["Value"] for tag in each["TagSet"]},
                ]
                for each in interfaces
            ],
            "subnets": [
                [each["SubnetId"], each.get("CidrBlock"), each["AvailableIpAddressCount"], each["Ipv6Native"]]
                for each in subnets
            ],
            "reservations": reservations,
            "received": [
                message["Body"] for message in sqs.receive_message(QueueUrl=queue).get("Messages", [])
            ],
            "clusters": [[each["name"], each["computeConfig"]["enabled"]] for each in clusters],
            "groups": [
                [each["AutoScalingGroupName"], each["MaxSize"], each["VPCZoneIdentifier"]]
                for each in client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
            ],
            "accounts": [
                [each["Id"], each["State"]]
                for each in client("organizations").list_accounts()["Accounts"]
            ],
            "secret": client("secretsmanager").get_secret_value(SecretId="headroom/slack")["SecretString"],
            "refusals": {
                "subnet": refusal(ec2.describe_subnets, SubnetIds=["subnet-0"]),
                "page": refusal(ec2.describe_network_interfaces, MaxResults=1001),
                "topic": refusal(sns.publish, TopicArn=topic.replace(account, "9" * 12), Message="x"),
                "cluster": refusal(eks.describe_cluster, name="none"),
                "datum": refusal(
                    cloudwatch.put_metric_data,
                    Namespace="VpcHeadroom",
                    MetricData=[{"MetricName": "x", "Value": float("nan")}],
                ),
                "role": refusal(
                    client("sts").assume_role,
                    RoleArn=f"arn:aws:iam::{account}:role/Nobody",
                    RoleSessionName="boto3",
                ),
            },
        }
    )
)
